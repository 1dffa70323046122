import type { Target } from './target.ts'

/** Targets that are declared no more, until they have ended what was under way. */
export class LeavingTargets {
  readonly #ends = new Map<Target, number>()

  get targets(): readonly Target[] {
    return [...this.#ends.keys()]
  }

  /** @param endsAtMs by the wall clock; Infinity: it may take for ever */
  add(target: Target, endsAtMs: number): void {
    target.retire()
    target.dispose()
    if (!target.isIdle) this.#ends.set(target, endsAtMs)
  }

  /** @param onExpelled told of one whose time was over, and how much of it was ended */
  sweep(nowMs: number, onExpelled: (target: Target, closedCount: number) => void): void {
    for (const [target, endsAtMs] of this.#ends) {
      target.sweep(nowMs)
      if (!target.isIdle && Date.now() >= endsAtMs) {
        this.#ends.set(target, Number.POSITIVE_INFINITY)
        onExpelled(target, target.expel())
      }
      if (target.isIdle) this.#ends.delete(target)
    }
  }
}
