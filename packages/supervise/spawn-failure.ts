import { stat } from 'node:fs/promises'
import { errorCode } from '@portolan/errors'
import { folderMissing, programMissing, programUnusable } from './errors.ts'

/** What the system's error of a failed spawn means. It says ENOENT for the program as for the folder to run in. */
export async function spawnFailure(
  { command, folder }: { readonly command: string; readonly folder: string },
  error: unknown,
): Promise<unknown> {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return (await isFolder(folder)) ? programMissing(command, error) : folderMissing(command, folder, error)
    case 'EACCES':
      return programUnusable(command, 'this user may not run it', error)
    case 'ENOEXEC':
      return programUnusable(
        command,
        'it is no program of this machine, and its first line names no interpreter',
        error,
      )
    default:
      return error
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false
    throw error
  }
}
