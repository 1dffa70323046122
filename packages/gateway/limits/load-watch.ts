import type { SheddingLimits } from './limits-configuration.ts'

/** What is looked at every half second. */
export interface Load {
  /** How late the event loop was on average since the last look. */
  readonly lagMs: number
  /** The larger of the shares of the heap and of the memory that are in use. */
  readonly memoryRatio: number
}

export type LoadReason = 'lag' | 'memory'

/** How much is refused, as a part of all new requests, and why. */
export interface Shedding {
  readonly ratio: number
  readonly reason: LoadReason | undefined
  /** Looks in a row that were over the limit. */
  readonly overCount: number
}

export const NOTHING_SHED: Shedding = Object.freeze({ ratio: 0, reason: undefined, overCount: 0 })

/** A single late look may be the garbage collector, or a laptop that slept. */
const LOOKS_BEFORE = 2
const MORE = 0.25
const LESS = 0.1
/** It has to become clearly better before less is refused, or it would go to and fro. */
const CALM_RATIO = 0.7

/**
 * Refuses a growing part of the new requests while the load is over a limit, and less again when it is well below.
 * Memory leaves no time for steps: over its limit everything is refused.
 */
export function nextShedding(now: Shedding, { lagMs, memoryRatio }: Load, limits: SheddingLimits): Shedding {
  const isFull = limits.memoryRatio !== false && memoryRatio > limits.memoryRatio
  const isLate = limits.lagMs !== false && lagMs > limits.lagMs
  const overCount = isFull || isLate ? now.overCount + 1 : 0
  if (isFull) return { ratio: overCount >= LOOKS_BEFORE ? 1 : now.ratio, reason: 'memory', overCount }
  if (isLate) {
    const ratio = overCount >= LOOKS_BEFORE ? Math.min(1, now.ratio + MORE) : now.ratio
    return { ratio, reason: 'lag', overCount }
  }
  if (now.ratio === 0) return NOTHING_SHED
  const isCalm =
    (limits.lagMs === false || lagMs < limits.lagMs * CALM_RATIO) &&
    (limits.memoryRatio === false || memoryRatio < limits.memoryRatio * (now.reason === 'memory' ? 0.95 : 1))
  const ratio = isCalm ? now.ratio - LESS : now.ratio
  return ratio < LESS / 2 ? NOTHING_SHED : { ratio, reason: now.reason, overCount: 0 }
}
