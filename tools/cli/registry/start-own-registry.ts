import { setTimeout as delay } from 'node:timers/promises'
import { AppError, errorCode, isAppError } from '@portolan/errors'
import { acquireFolderLock, type DataFolder } from '@portolan/supervise'
import type { CliContext, DetachMessage } from '../cli-context.ts'
import { runDetached } from '../detached.ts'
import { stackBusy } from '../errors.ts'
import { ownDoor } from './registry-door.ts'
import { findOwnAccess, type StatePlace } from './registry-place.ts'

/** What its start says where somebody else is at it. */
const STARTING_ELSEWHERE = ['SUPERVISE_ALREADY_RUNNING', 'CLI_STACK_BUSY'] as const
/** Of several that begin in one moment each may be in another's way once. */
const ATTEMPTS = 3
const STARTING_MS = 60_000
const LOOK_MS = 200

/** Whether a start failed for the reason alone that another command is starting, or running, the same. */
export function isStartedElsewhere(said: string): boolean {
  return STARTING_ELSEWHERE.some((code) => said.includes(code))
}

/**
 * Whether this machine's registry answers at its socket.
 * @throws REGISTRY_SERVER_KEY_INVALID where the one that runs was started with another key, and CLI_REGISTRY_NOT_PRIVATE
 */
export async function ownRegistryAnswers(context: CliContext, place: StatePlace): Promise<boolean> {
  const access = await findOwnAccess(place)
  if (access === undefined) return false
  try {
    await (await ownDoor(place, access)).call('host_list', {}, { signal: context.stopped })
    return true
  } catch (error) {
    if (errorCode(error) === 'OPERATIONS_SERVER_UNREACHABLE') return false
    throw errorCode(error) === 'REGISTRY_SERVER_KEY_INVALID' && isAppError(error) ? otherKey(error, place) : error
  }
}

function otherKey({ code, status }: AppError, { accessFile }: StatePlace): AppError {
  const message =
    `This machine's registry runs, and was started with another key than "${accessFile}" holds. Stop it with ` +
    '"portolan registry down", then start it with "portolan registry up".'
  return new AppError(code, message, { status })
}

/** How a start in the background ended: it is up by it, another command has it up, or neither. */
export type OwnStart = { readonly type: 'started' | 'elsewhere' } | Extract<DetachMessage, { type: 'failed' }>

/** @throws CLI_STACK_BUSY where another command has it and it does not answer for a minute */
export async function startOwnRegistry(context: CliContext, place: StatePlace, folder: DataFolder): Promise<OwnStart> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await runDetached(context, { command: ['up', place.registryFolder], folder })
    if (outcome.type === 'ready') return { type: 'started' }
    if (!isStartedElsewhere(outcome.text)) return outcome
    if (await untilAnswered(context, place, folder)) return { type: 'elsewhere' }
    if (attempt === ATTEMPTS) return outcome
  }
}

/** @returns false where whoever had it has let go of it */
async function untilAnswered(context: CliContext, place: StatePlace, folder: DataFolder): Promise<boolean> {
  const endsAt = performance.now() + STARTING_MS
  while (performance.now() < endsAt) {
    if (await ownRegistryAnswers(context, place)) return true
    if (isReleased(folder)) return false
    await delay(LOOK_MS, undefined, { signal: context.stopped })
  }
  throw stackBusy('registry')
}

function isReleased({ lockFile }: DataFolder): boolean {
  using lock = acquireFolderLock(lockFile)
  return lock !== undefined
}
