import { access } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '@portolan/errors'
import { acquireFolderLock, askSupervisor, type DataFolder, endOrphans } from '@portolan/supervise'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { controlSocketOf } from '../control-socket.ts'
import { stackBusy, stopTooSlow } from '../errors.ts'
import {
  type ChosenStack,
  environmentOption,
  type StackChoice,
  shiftOption,
  stackArgument,
  stackMeant,
} from '../stack-argument.ts'

/** Longer than any stop takes: services have fifteen seconds. */
const LONGEST_STOP_MS = 60_000
const LOOK_MS = 100

export function downCommand(context: CliContext): Command {
  return new Command('down')
    .description('stop the stack, and whatever a killed run of it left behind; its data stays')
    .addArgument(stackArgument())
    .addOption(environmentOption())
    .addOption(shiftOption())
    .action(async (argument: string, choice: StackChoice) => {
      const chosen = await stackMeant(argument, choice)
      const signal = AbortSignal.any([context.stopped, AbortSignal.timeout(LONGEST_STOP_MS)])
      const socket = await controlSocketOf(chosen.folder)
      const answer = await askSupervisor(socket, { method: 'POST', path: '/stop' }, { signal })
      if (answer === undefined) return cleanUp(context, chosen, signal)
      await untilReleased(chosen, socket, signal)
      context.stdout.write(`Stack "${chosen.stack.name}" is stopped.\n`)
    })
}

/** Nobody answers: either nothing runs, or the supervisor was killed and left its services. */
async function cleanUp(context: CliContext, { folder, stack }: ChosenStack, signal: AbortSignal): Promise<void> {
  if (!(await isThere(folder.root))) {
    context.stdout.write(`Stack "${stack.name}" was not running.\n`)
    return
  }
  using lock = acquireFolderLock(folder.lockFile)
  if (lock === undefined) throw stackBusy(stack.name)
  const count = await endOrphans(folder, { signal })
  const words =
    count === 0 ? 'was not running.' : `was not running any more; ${count} processes that it had left were ended.`
  context.stdout.write(`Stack "${stack.name}" ${words}\n`)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false // never started
    throw error
  }
}

async function untilReleased({ folder, stack }: ChosenStack, socket: string, signal: AbortSignal): Promise<void> {
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
