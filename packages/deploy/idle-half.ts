import { HALVES, type Half } from '@portolan/registry'
import { graceRunning } from './errors.ts'
import type { Pair } from './pair.ts'

export interface IdleHalfOptions {
  readonly now: Date
  /** Give up the way back that is still open. */
  readonly endGrace: boolean
}

/**
 * Where the next version goes: a half where something was deployed and never promoted, which a deployer that was killed may
 * have left, else an empty one, else one whose grace is over. Never the active one.
 * @throws DEPLOY_GRACE_RUNNING when all that is not active is somebody's way back
 */
export function idleHalf({ slots }: Pick<Pair, 'slots'>, { now, endGrace }: IdleHalfOptions): Half {
  const rank = (half: Half): number => {
    const { state, graceUntil } = slots[half]
    if (state === 'active') return 4
    if (state === 'deployed') return 0
    if (state === 'empty') return 1
    return graceUntil !== undefined && Date.parse(graceUntil) <= now.getTime() ? 2 : 3
  }
  const [first = 'blue'] = HALVES.toSorted((a, b) => rank(a) - rank(b))
  const { state, version = '', graceUntil = '' } = slots[first]
  if (state === 'grace' && rank(first) === 3 && !endGrace) throw graceRunning(first, version, graceUntil)
  return first
}
