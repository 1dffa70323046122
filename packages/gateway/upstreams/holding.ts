import { PortWatch } from './port-watch.ts'
import type { Target } from './target.ts'
import type { HoldLimits } from './upstream-declaration.ts'
import { upstreamRestarting } from './upstream-errors.ts'
import type { Waiter, WaitingLine } from './waiting-line.ts'

/** Keeps requests while their target restarts, in place of refusing them. */
export class Holding {
  readonly #line: WaitingLine
  readonly #onChange: (isHolding: boolean) => void
  #watch: PortWatch | undefined
  #sinceMs: number | undefined

  constructor(line: WaitingLine, onChange: (isHolding: boolean) => void) {
    this.#line = line
    this.#onChange = onChange
  }

  get isHolding(): boolean {
    return this.#sinceMs !== undefined
  }

  /** Until `end`. */
  begin(): void {
    if (this.isHolding) return
    this.#sinceMs = performance.now()
    this.#onChange(true)
  }

  /** Until its port takes a connection. */
  beginFor(target: Target): void {
    this.begin()
    this.#watch ??= new PortWatch(target.address, () => {
      target.recovered()
      this.end()
    })
  }

  end(): void {
    this.stop()
    if (!this.isHolding) return
    this.#sinceMs = undefined
    this.#onChange(false)
  }

  stop(): void {
    this.#watch?.stop()
    this.#watch = undefined
  }

  /** @returns whether it waits now; else it is to be refused */
  add(waiter: Waiter, { forMs, mostRequests }: HoldLimits): boolean {
    // Once the target has been away for longer than anybody waits, nobody waits any more.
    const isLong = performance.now() - (this.#sinceMs ?? 0) > forMs
    if (isLong || this.#line.count >= mostRequests) return false
    const error = () => upstreamRestarting({ service: waiter.service, retryAfterMs: 1_000 })
    this.#line.add(waiter, { forMs, error })
    return true
  }
}
