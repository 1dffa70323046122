/** Sums of fractions do not come out even. */
const ROUNDING_MS = 0.001

/**
 * How often something may happen, as GCRA (ITU-T I.371) has it: a single number remembers a whole history. That number
 * is the time at which the next one would be due if all kept the rate; being early by no more than the burst is fine.
 */
export class RateRule {
  /** Between two, at the rate itself. */
  readonly intervalMs: number
  /** How much earlier than due one may come. */
  readonly toleranceMs: number
  /** How many may come at once after a pause. */
  readonly burst: number
  readonly windowSeconds: number

  constructor(ratePerSecond: number, burst: number) {
    this.burst = Math.max(1, burst)
    this.intervalMs = 1_000 / ratePerSecond
    this.toleranceMs = this.intervalMs * this.burst
    this.windowSeconds = Math.max(1, Math.ceil(this.burst / ratePerSecond))
  }

  /** How long it is too early for another; 0 or less: it may happen. */
  earlyMs(dueMs: number, nowMs: number): number {
    return Math.max(dueMs - nowMs, 0) + this.intervalMs - this.toleranceMs - ROUNDING_MS
  }

  /** When the next one is due after `count` more. No debt is longer than sixteen bursts, whatever was charged. */
  after(dueMs: number, nowMs: number, count = 1): number {
    const next = Math.max(dueMs, nowMs) + this.intervalMs * count
    const most = nowMs + this.toleranceMs * 16
    return Math.min(next, most)
  }

  /** How many more may come right now. */
  remaining(dueMs: number, nowMs: number): number {
    return Math.max(0, Math.floor((this.toleranceMs - Math.max(0, dueMs - nowMs)) / this.intervalMs))
  }
}

/** @returns undefined when there is no limit */
export function rateRule(ratePerSecond: number | false, burst: number | false): RateRule | undefined {
  if (ratePerSecond === false) return undefined
  return new RateRule(ratePerSecond, burst === false ? ratePerSecond * 5 : burst)
}
