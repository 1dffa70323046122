const SPAN_MS = 15_000
const FREE = 10
const RATIO = 0.2

/** How often requests may be sent again, so that an outage does not become twice the requests. */
export class RetryBudget {
  #sinceMs: number
  #spent = 0
  #count = 0

  constructor(nowMs: number) {
    this.#sinceMs = nowMs
  }

  /** Since the beginning. */
  get count(): number {
    return this.#count
  }

  /** Ten in 15 s, and a fifth of the requests. @returns whether this one may be sent again */
  spend(recentRequestCount: number): boolean {
    if (this.#spent >= FREE + recentRequestCount * RATIO) return false
    this.#spent += 1
    this.#count += 1
    return true
  }

  sweep(nowMs: number): void {
    if (nowMs - this.#sinceMs < SPAN_MS) return
    this.#sinceMs = nowMs
    this.#spent = 0
  }
}
