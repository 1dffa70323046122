import { type DataFolder, readRunState } from '@portolan/supervise'

/**
 * Where the supervisor of a copy listens: as it wrote down itself, because this command may have another folder for
 * temporary files (TMPDIR) than the one that started it.
 */
export async function controlSocketOf(folder: DataFolder): Promise<string> {
  return (await readRunState(folder))?.controlSocket ?? folder.controlSocket
}
