import { basename, dirname } from 'node:path'
import { isPrivateFolder } from '@portolan/observe'
import { type DataFolder, readRunState } from '@portolan/supervise'

/**
 * Where the supervisor of a copy listens: as it wrote down itself, because this command may have another folder for
 * temporary files (TMPDIR) than the one that started it. A stack may come from anywhere with a state in it, so that only
 * a place is taken which a supervisor of this user can have made.
 */
export async function controlSocketOf(folder: DataFolder): Promise<string> {
  const written = (await readRunState(folder))?.controlSocket
  if (written === undefined || basename(written) !== `${folder.mark}.sock`) return folder.controlSocket
  return (await isPrivateFolder(dirname(written))) ? written : folder.controlSocket
}
