import type { Waiting } from '@portolan/errors'
import type { Door, OutputOf } from '@portolan/operations'
import { HALVES, type Half } from '@portolan/registry'
import { stopOccupants } from './clear-half.ts'
import { nothingToRollBackTo } from './errors.ts'
import { findHealthFault, HEALTH_TIMES, type HealthCheck } from './health.ts'
import type { Home } from './occupant.ts'
import { findHalf, getPair, type Pair, type PairNaming, placeOf } from './pair.ts'
import type { OnProgress } from './progress.ts'

/** What every change of the slots is told. */
export interface SlotChange {
  readonly naming: PairNaming
  /** For machines: refused when another has taken over. */
  readonly token?: number
  readonly reason?: string
  readonly actor?: string
}

export interface ChangeSurroundings {
  readonly door: Door
  /** Everywhere that something of the pair may run. */
  readonly homes: readonly Home[]
  readonly onProgress?: OnProgress
}

export interface RollbackRequest extends SlotChange {
  readonly graceMs?: number
  /** What is asked of the one in grace before it becomes active again. */
  readonly health: HealthCheck
  readonly addresses?: readonly string[]
  readonly evenIfUnhealthy?: boolean
}

const LOOPBACK = ['127.0.0.1', '::1'] as const

type SlotsAnswer = OutputOf<'slot_expire'>

/**
 * Makes what is in grace active again; what was active goes on for its grace.
 * @throws DEPLOY_NOTHING_TO_ROLL_BACK_TO, REGISTRY_SLOT_REFUSED, and what the door throws
 */
export async function rollBackSlot(
  request: RollbackRequest,
  { door }: Pick<ChangeSurroundings, 'door'>,
  { signal }: Waiting,
): Promise<SlotsAnswer> {
  const { naming, graceMs, health, addresses = LOOPBACK, evenIfUnhealthy = false } = request
  const pair = await getPair(door, naming, { signal })
  const half = findHalf(pair, 'grace')
  if (half !== undefined && !evenIfUnhealthy) {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(HEALTH_TIMES.attemptTimeoutMs)])
    const fault = await findHealthFault(health, { addresses, port: placeOf(pair, half).port }, { signal: limited })
    signal.throwIfAborted()
    if (fault !== undefined) throw nothingToRollBackTo(half, fault)
  }
  const grace = graceMs === undefined ? {} : { graceMs }
  return door.call('slot_rollback', { ...changeOf(request, pair), ...grace }, { signal })
}

/** Sends what is active into its grace; without any it is stopped at once. */
export async function retireSlot(
  request: SlotChange & { readonly graceMs?: number },
  surroundings: ChangeSurroundings,
  { signal }: Waiting,
): Promise<SlotsAnswer> {
  const { graceMs } = request
  const pair = await getPair(surroundings.door, request.naming, { signal })
  const grace = graceMs === undefined ? {} : { graceMs }
  const answer = await surroundings.door.call('slot_retire', { ...changeOf(request, pair), ...grace }, { signal })
  return graceMs === 0 ? expireSlots(request, surroundings, { signal }) : answer
}

/** Empties each half whose grace is over, and stops what stands on the empty ones. */
export async function expireSlots(
  request: SlotChange,
  surroundings: ChangeSurroundings,
  { signal }: Waiting,
): Promise<SlotsAnswer> {
  const pair = await getPair(surroundings.door, request.naming, { signal })
  const answer = await surroundings.door.call('slot_expire', changeOf(request, pair), { signal })
  return stopOnEmpty(pair, surroundings, { answer, halves: HALVES, signal })
}

/** Empties a half that is not active, and stops what stands on it. */
export async function clearSlot(
  request: SlotChange & { readonly half: Half },
  surroundings: ChangeSurroundings,
  { signal }: Waiting,
): Promise<SlotsAnswer> {
  const { half } = request
  const pair = await getPair(surroundings.door, request.naming, { signal })
  const answer = await surroundings.door.call('slot_clear', { ...changeOf(request, pair), half }, { signal })
  return stopOnEmpty(pair, surroundings, { answer, halves: [half], signal })
}

interface Emptied extends Waiting {
  /** What the registry said after the change. */
  readonly answer: SlotsAnswer
  readonly halves: readonly Half[]
}

async function stopOnEmpty(pair: Pair, surroundings: ChangeSurroundings, { answer, halves, signal }: Emptied) {
  const { homes, onProgress = () => undefined } = surroundings
  for (const half of halves.filter((one) => answer[one].state === 'empty')) {
    await stopOccupants(pair, half, { homes, onProgress, highestToken: answer.token, signal })
  }
  return answer
}

/** Always with a token: of the moment in which it was looked at, unless a machine shows its own. */
function changeOf({ token, reason, actor }: SlotChange, pair: Pair) {
  return {
    ...pair.naming,
    token: token ?? pair.token,
    ...(reason === undefined ? {} : { reason }),
    ...(actor === undefined ? {} : { actor }),
  }
}
