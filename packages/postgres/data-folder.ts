import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, errorMessage } from '@portolan/errors'
import type { Account } from './account.ts'
import { folderForeign, folderUnusable, folderVersion } from './errors.ts'

export type DataFolder =
  | { readonly state: 'empty' }
  | { readonly state: 'initialised'; readonly version: string; readonly mode: number; readonly owner: Account }

/**
 * Looks at a data folder without changing it.
 * @returns empty also when it does not exist
 * @throws POSTGRES_FOLDER_FOREIGN, POSTGRES_FOLDER_UNUSABLE
 */
export async function inspectDataFolder(folder: string): Promise<DataFolder> {
  try {
    const names = await readdir(folder)
    if (names.length === 0) return { state: 'empty' }
    if (!names.includes('PG_VERSION')) throw folderForeign(folder)
    const version = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim()
    const { mode, uid, gid } = await lstat(folder)
    return { state: 'initialised', version, mode, owner: { uid, gid } }
  } catch (cause) {
    const code = errorCode(cause)
    if (code === 'ENOENT') return { state: 'empty' }
    if (code === 'POSTGRES_FOLDER_FOREIGN') throw cause
    const advice = 'It has to belong to the user who starts it, or be started as root'
    throw folderUnusable(folder, `it cannot be read (${errorMessage(cause)}). ${advice}`, cause)
  }
}

/**
 * Says before the start what the server would only log: the version, and PostgreSQL's rule that a data folder is its
 * owner's alone (0700, or 0750 for backups by the group).
 */
export function checkDataFolder(
  folder: string,
  found: Extract<DataFolder, { state: 'initialised' }>,
  { majorVersion }: { readonly majorVersion: string },
): void {
  if (found.version !== majorVersion) throw folderVersion(folder, { found: found.version, expected: majorVersion })
  if ((found.mode & 0o027) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
    throw folderUnusable(folder, `its mode is ${mode}, and others must not have access. Run: chmod 0700 "${folder}"`)
  }
  const uid = process.geteuid?.()
  if (uid !== undefined && uid !== 0 && uid !== found.owner.uid) {
    const reason = `it belongs to uid ${found.owner.uid}, and this is uid ${uid}. Start as its owner or as root`
    throw folderUnusable(folder, reason)
  }
}
