/** Time as the engine needs it: read thousands of times a second, so it is asked for only now and then. */
export class Clock {
  #nowMs = performance.now()
  #date = new Date().toUTCString()
  #second = 0

  /** Monotonic; as old as the last `tick`. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** For a Date field (RFC 9110 §5.6.7). */
  get date(): string {
    return this.#date
  }

  tick(): void {
    this.#nowMs = performance.now()
    const second = Math.floor(Date.now() / 1_000)
    if (second === this.#second) return
    this.#second = second
    this.#date = new Date().toUTCString()
  }
}
