const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const DELAYS_MS = [10 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS] as const
const LONGEST_MS = 3 * 60 * MINUTE_MS

/** How long to wait after the attempt with this number, from 1 on. */
export function retryDelayMs(attemptCount: number): number {
  return DELAYS_MS[attemptCount - 1] ?? LONGEST_MS
}
