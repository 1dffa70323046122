import type { Target } from './target.ts'

/** A request that has not been sent. */
export interface Waiter {
  /** The service's name, as people read it. */
  readonly service: string
  /** It may be sent there. */
  onTurn(target: Target): void
  /** It has waited in vain. */
  onNoTurn(error: Error): void
}

/** Requests that wait for a target, in the order in which they came; each for a time of its own. */
export class WaitingLine {
  readonly #timers = new Map<Waiter, NodeJS.Timeout>()

  get count(): number {
    return this.#timers.size
  }

  /** @param error made when the time is over */
  add(waiter: Waiter, { forMs, error }: { readonly forMs: number; readonly error: () => Error }): void {
    const onTime = (): void => {
      this.#timers.delete(waiter)
      waiter.onNoTurn(error())
    }
    this.#timers.set(waiter, setTimeout(onTime, forMs))
  }

  /** It does not wait any more. Idempotent. */
  leave(waiter: Waiter): void {
    clearTimeout(this.#timers.get(waiter))
    this.#timers.delete(waiter)
  }

  /** The one that has waited longest, which leaves the line. */
  next(): Waiter | undefined {
    const [first] = this.#timers.keys()
    if (first !== undefined) this.leave(first)
    return first
  }

  /** Lets all go. They are not told: whoever ends everything ends them, too. */
  dispose(): void {
    for (const waiter of this.#timers.keys()) this.leave(waiter)
  }
}
