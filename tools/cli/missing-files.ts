import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type EnvironmentChoice, filesNamed } from '@portolan/check'
import { errorCode } from '@portolan/errors'
import type { Stack } from '@portolan/stack'

/**
 * The files that a stack names and that are not there, as it names them.
 * @throws STACK_INVALID when an environment cannot be resolved
 */
export async function findMissingFiles(stack: Stack, choice: EnvironmentChoice): Promise<ReadonlySet<string>> {
  const named = [...filesNamed(stack, choice)]
  const areThere = await Promise.all(named.map((name) => isFile(resolve(dirname(stack.file), name))))
  return new Set(named.filter((_, index) => !areThere[index]))
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    // What may not be looked at may be there; whoever starts it says what is wrong.
    return errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR'
  }
}
