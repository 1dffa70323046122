/** How often something may happen: `burst` times at once, and `perSecond` times a second in the long run. */
export interface AllowanceOptions {
  readonly burst: number
  readonly perSecond: number
}

/** A token bucket. */
export class Allowance {
  readonly #options: AllowanceOptions
  #left: number
  #filledAtMs: number

  constructor(options: AllowanceOptions, nowMs: number) {
    this.#options = options
    this.#left = options.burst
    this.#filledAtMs = nowMs
  }

  /** @returns false when it has happened too often */
  spend(nowMs: number): boolean {
    const { burst, perSecond } = this.#options
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#filledAtMs) / 1_000) * perSecond)
    this.#filledAtMs = nowMs
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
