import type { PortRange } from '@portolan/ports'
import type { BlockReason } from './blocker.ts'

/** Candidates in a row that an allocation passed over for one reason. */
export interface Skip {
  /** From the first port of the first candidate to the last port of the last one. */
  readonly range: PortRange
  readonly candidateCount: number
  readonly reason: BlockReason
  /** Who or what it was: the first few, such as `worb (claim 12)`. */
  readonly because: readonly string[]
}

export function countSkips(skips: readonly Skip[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { reason, candidateCount } of skips) counts[reason] = (counts[reason] ?? 0) + candidateCount
  return counts
}
