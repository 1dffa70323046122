/** Which codes have been taken, for as long as they would count: each is taken once. */
export class UsedCodes {
  readonly #lifetimeMs: number
  readonly #takenAtMs = new Map<string, number>()

  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs
  }

  /** @returns false when it was taken before */
  take(id: string): boolean {
    const nowMs = performance.now()
    for (const [known, atMs] of this.#takenAtMs) {
      if (nowMs - atMs <= this.#lifetimeMs) break // in the order in which they were taken
      this.#takenAtMs.delete(known)
    }
    if (this.#takenAtMs.has(id)) return false
    this.#takenAtMs.set(id, nowMs)
    return true
  }
}
