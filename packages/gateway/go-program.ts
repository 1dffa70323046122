/** For this package's tests: programs that tools/setup/go-programs.mjs builds. */
import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const FOLDER = join(homedir(), '.cache', 'portolan', 'go-programs')

/** @returns undefined where it could not be built; a test that needs it is skipped then */
export function findGoProgram(name: string): string | undefined {
  try {
    const file = readdirSync(FOLDER).findLast((each) => each.startsWith(`${name}-v`))
    return file === undefined ? undefined : join(FOLDER, file)
  } catch {
    return undefined // nothing has been built here
  }
}
