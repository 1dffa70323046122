const SPAN_MS = 15_000

/** What came of the last requests: between one and two spans of 15 s. */
export class RecentOutcomes {
  #beganAtMs: number
  #count = 0
  #failures = 0
  #errors = 0
  #before = { count: 0, failures: 0, errors: 0 }

  constructor(nowMs: number) {
    this.#beganAtMs = nowMs
  }

  get count(): number {
    return this.#count + this.#before.count
  }

  /** Requests that did not reach the target, or got no answer. */
  get failures(): number {
    return this.#failures + this.#before.failures
  }

  /** The share (0–1) that did not get an answer below 500. */
  get badRatio(): number {
    const bad = this.failures + this.#errors + this.#before.errors
    return this.count === 0 ? 0 : bad / this.count
  }

  answered(status: number): void {
    this.#count += 1
    if (status >= 500) this.#errors += 1
  }

  failed(): void {
    this.#count += 1
    this.#failures += 1
  }

  /** Forgets what is too old. Called every now and then. */
  sweep(nowMs: number): void {
    if (nowMs - this.#beganAtMs < SPAN_MS) return
    this.#before = { count: this.#count, failures: this.#failures, errors: this.#errors }
    this.#count = 0
    this.#failures = 0
    this.#errors = 0
    this.#beganAtMs = nowMs
  }
}
