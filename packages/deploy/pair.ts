import type { Waiting } from '@portolan/errors'
import type { ClaimAnswer, Door } from '@portolan/operations'
import { HALVES, type Half } from '@portolan/registry'
import { notAPair } from './errors.ts'
import type { SlotPlace } from './occupant.ts'

/** Which claim: who holds it, for what. */
export interface PairNaming {
  readonly project: string
  readonly environment: string
  /** `app` unless said otherwise. */
  readonly kind?: string
  /** `main` unless said otherwise. */
  readonly purpose?: string
  /** Needed where the project holds such a pair on several. */
  readonly host?: string
}

/** A claimed pair, as the registry has just said. */
export interface Pair {
  readonly claimId: number
  readonly naming: Required<PairNaming>
  readonly token: number
  readonly slots: NonNullable<ClaimAnswer['slots']>
}

/** @throws REGISTRY_PROJECT_MISSING, DEPLOY_NOT_A_PAIR, and what the door throws */
export async function getPair(door: Door, naming: PairNaming, waiting: Waiting): Promise<Pair> {
  const { claim } = await door.call('port_get', naming, waiting)
  return pairOf(claim)
}

export interface TakeOver {
  /** Only if this is still the claim's token. */
  readonly token?: number
  readonly reason: string
  readonly actor?: string
}

/**
 * The pair under a new token: whoever was deploying it until now is refused from here on.
 * @throws REGISTRY_TOKEN_STALE, REGISTRY_TOKEN_NEVER_ISSUED, and what the door throws
 */
export async function takePairOver(
  door: Door,
  { naming }: Pair,
  { signal, ...taken }: TakeOver & Waiting,
): Promise<Pair> {
  const { claim } = await door.call('port_take_over', { ...naming, ...taken }, { signal })
  return pairOf(claim)
}

function pairOf({ id, shape, slots, project, environment, kind, purpose, host, token }: ClaimAnswer): Pair {
  if (slots === undefined) throw notAPair(id, shape)
  return { claimId: id, naming: { project, environment, kind, purpose, host }, token, slots }
}

export function placeOf({ claimId, naming, slots }: Pair, half: Half): SlotPlace {
  const { project, environment } = naming
  return { claimId, project, environment, half, port: slots[half].port }
}

export function otherHalf(half: Half): Half {
  return half === 'blue' ? 'green' : 'blue'
}

/** The half in that state, blue first. */
export function findHalf({ slots }: Pick<Pair, 'slots'>, state: Pair['slots']['blue']['state']): Half | undefined {
  return HALVES.find((half) => slots[half].state === state)
}
