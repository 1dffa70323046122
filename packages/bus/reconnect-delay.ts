const DELAY = { firstMs: 100, limitMs: 5_000 } as const

/**
 * Doubles from 100 ms to 5 s; a random half of it is left out, so that those who lost the same server do not all come
 * back at once.
 * @param attempt from 0
 * @param random 0 to 1
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  const fullMs = Math.min(DELAY.limitMs, DELAY.firstMs * 2 ** Math.min(attempt, 16))
  return fullMs * (1 - random / 2)
}
