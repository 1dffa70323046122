import { lstat } from 'node:fs/promises'
import { errorCode } from '@portolan/errors'

/** Whether it is a folder (not a link to one) of this user that nobody else may enter. */
export async function isPrivateFolder(path: string): Promise<boolean> {
  try {
    const found = await lstat(path)
    const isOwn = found.uid === (process.getuid?.() ?? found.uid)
    return found.isDirectory() && isOwn && (found.mode & 0o077) === 0
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false // there is none
    throw error
  }
}
