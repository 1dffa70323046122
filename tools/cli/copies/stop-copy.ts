import { access } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '@portolan/errors'
import type { DeclaredPort } from '@portolan/stack'
import { acquireFolderLock, askSupervisor, type DataFolder, endOrphans } from '@portolan/supervise'
import type { CliContext } from '../cli-context.ts'
import { controlSocketOf } from '../control-socket.ts'
import { stackBusy, stopTooSlow } from '../errors.ts'
import type { ChosenStack } from '../stack-argument.ts'

/** Longer than any stop takes: services have fifteen seconds. */
const LONGEST_STOP_MS = 60_000
const LOOK_MS = 100

/**
 * Stops a copy, and whatever a killed run of it left behind.
 * @returns what there was to do, as the end of a sentence that begins with the copy
 * @throws CLI_STOP_TOO_SLOW, CLI_STACK_BUSY
 */
export async function stopCopy(context: CliContext, chosen: ChosenStack<DeclaredPort>): Promise<string> {
  const signal = AbortSignal.any([context.stopped, AbortSignal.timeout(LONGEST_STOP_MS)])
  const socket = await controlSocketOf(chosen.folder)
  const answer = await askSupervisor(socket, { method: 'POST', path: '/stop' }, { signal })
  if (answer === undefined) return cleanUp(chosen, signal)
  await untilReleased(chosen, socket, signal)
  return 'is stopped.'
}

/** Nobody answers: either nothing runs, or the supervisor was killed and left its services. */
async function cleanUp({ folder, stack }: ChosenStack<DeclaredPort>, signal: AbortSignal): Promise<string> {
  if (!(await isThere(folder.root))) return 'was not running.'
  using lock = acquireFolderLock(folder.lockFile)
  if (lock === undefined) throw stackBusy(stack.name)
  const count = await endOrphans(folder, { signal })
  return count === 0 ? 'was not running.' : `was not running any more; ${count} processes that it had left were ended.`
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false // never started
    throw error
  }
}

async function untilReleased(
  { folder, stack }: ChosenStack<DeclaredPort>,
  socket: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (await isReleased(folder, socket)) return
    await delay(LOOK_MS)
  }
  throw stopTooSlow(stack.name)
}

async function isReleased(folder: DataFolder, socket: string): Promise<boolean> {
  // Somebody deleted the folder under the running stack, and the lock with it: then the socket is the last that goes.
  if (!(await isThere(folder.root))) return !(await isThere(socket))
  using lock = acquireFolderLock(folder.lockFile)
  return lock !== undefined
}
