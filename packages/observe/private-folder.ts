import { lstat } from 'node:fs/promises'
import { errorCode } from '@portolan/errors'

/** Whose a folder is: `private` to this user, `absent`, or what is wrong with it in words. */
export type FolderPrivacy = 'private' | 'absent' | { readonly problem: string }

/** What a link points to is somebody else's choice: it is none. */
export async function folderPrivacy(path: string): Promise<FolderPrivacy> {
  try {
    const found = await lstat(path)
    if (!found.isDirectory()) return { problem: 'it is no folder' }
    if (found.uid !== (process.getuid?.() ?? found.uid)) return { problem: 'it belongs to another user' }
    return (found.mode & 0o077) === 0 ? 'private' : { problem: 'others may enter it' }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'absent'
    if (errorCode(error) === 'ENOTDIR') return { problem: 'what it should be in is no folder' }
    throw error
  }
}

/** Whose a file or folder is, as `stat` says it. */
export interface Ownership {
  readonly uid: number
  readonly mode: number
}

/** What keeps something from being this user's own work, in words; undefined when nobody else can have written there. */
export function foreignWriter({ uid, mode }: Ownership): string | undefined {
  if (uid !== (process.getuid?.() ?? uid)) return 'it belongs to another user'
  return (mode & 0o022) === 0 ? undefined : 'others may write there'
}

/** Whether it is a folder (not a link to one) of this user that nobody else may enter. */
export async function isPrivateFolder(path: string): Promise<boolean> {
  return (await folderPrivacy(path)) === 'private'
}
