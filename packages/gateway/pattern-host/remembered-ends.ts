/** The list of ended sessions goes back further than this (`ENDED_SESSION_KEEP_MS`): a cookie so young is on it. */
const LISTED_MS = 600_000
/** The longest life of a cookie that this has to remember ends for. */
const REMEMBERED_MS = 13 * 3_600_000

/** Which sessions have ended while somebody here was looking. It outlives a change of the configuration. */
export class RememberedEnds {
  readonly #atMs = new Map<string, number>()
  /** When it was last known who has left. */
  #knownAtMs = Number.NEGATIVE_INFINITY
  /** Since when no end of a session can have been missed, in wall-clock time. */
  #knownSinceMs = Number.POSITIVE_INFINITY

  add(sessionId: string): void {
    if (!this.#atMs.has(sessionId)) this.#atMs.set(sessionId, Date.now())
  }

  has(sessionId: string): boolean {
    return this.#atMs.has(sessionId)
  }

  /** Whether the end of a session that had not ended then would be known here, or on the list. */
  covers(madeAtMs: number): boolean {
    return Date.now() - madeAtMs < LISTED_MS || madeAtMs >= this.#knownSinceMs
  }

  /** Called every few seconds while it is known who has left. A gap that the list reaches over is none. */
  look(): void {
    const nowMs = Date.now()
    if (nowMs - this.#knownAtMs > LISTED_MS) this.#knownSinceMs = nowMs - LISTED_MS
    this.#knownAtMs = nowMs
    for (const [sessionId, atMs] of this.#atMs) {
      if (nowMs - atMs < REMEMBERED_MS) break // in order of their end
      this.#atMs.delete(sessionId)
    }
  }
}
