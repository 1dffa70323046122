import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Whether a program is found as a shell finds it. What cannot be looked at counts as not there, as it does for a shell. */
export async function isOnSearchPath(program: string, searchPath: string): Promise<boolean> {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '')
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}
