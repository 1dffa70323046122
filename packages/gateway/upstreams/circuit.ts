import type { Waiting } from '@portolan/errors'
import type { RecentOutcomes } from './recent-outcomes.ts'
import type { CircuitLimits } from './upstream-declaration.ts'

/** closed: requests flow; open: none does; half-open: one after the other is tried. */
export type CircuitState = 'closed' | 'open' | 'half-open'

export interface CircuitParts {
  readonly limits: CircuitLimits
  /** Whether the target can be reached at all: asked before a request is risked. @returns what is wrong */
  readonly probe: (waiting: Waiting) => Promise<string | undefined>
  readonly onChange: (state: CircuitState) => void
}

/** How long a request that is tried may be on its way before another one is. */
const TRY_MS = 5_000

/** Keeps requests away from a target that fails, for a while. */
export class Circuit {
  limits: CircuitLimits
  readonly #parts: Omit<CircuitParts, 'limits'>
  readonly #gone = new AbortController()
  #state: CircuitState = 'closed'
  #failures = 0
  #openMs: number
  #reopensAtMs = 0
  #triedAtMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ limits, ...parts }: CircuitParts) {
    this.limits = limits
    this.#parts = parts
    this.#openMs = limits.openMs
  }

  get state(): CircuitState {
    return this.#state
  }

  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  /** Requests in a row. */
  get failures(): number {
    return this.#failures
  }

  /** Until something may be tried again. */
  get remainingMs(): number {
    return Math.max(0, this.#reopensAtMs - performance.now())
  }

  /** Whether this request is the one that is tried: then it has to go there. */
  mayTry(): boolean {
    const nowMs = performance.now()
    if (this.#state !== 'half-open' || nowMs - this.#triedAtMs < TRY_MS) return false
    this.#triedAtMs = nowMs
    return true
  }

  passed(): void {
    if (this.#failures !== 0) this.#failures = 0
    if (this.#state !== 'closed') this.close()
  }

  failed(recent: RecentOutcomes): void {
    const { failures, shareRatio, leastRequests } = this.limits
    this.#failures += 1
    if (this.#state === 'half-open') this.#open()
    if (this.#state !== 'closed') return
    const isMostly = recent.count >= leastRequests && recent.failures / recent.count >= shareRatio
    if (this.#failures >= failures || isMostly) this.#open()
  }

  /** Whatever was, requests flow again. */
  close(): void {
    clearTimeout(this.#timer)
    this.#failures = 0
    this.#openMs = this.limits.openMs
    this.#change('closed')
  }

  dispose(): void {
    clearTimeout(this.#timer)
    this.#gone.abort()
  }

  #open(): void {
    this.#change('open')
    this.#waitFor(this.#openMs)
    this.#openMs = Math.min(this.#openMs * 2, this.limits.longestOpenMs)
  }

  #waitFor(ms: number): void {
    clearTimeout(this.#timer)
    this.#reopensAtMs = performance.now() + ms
    this.#timer = setTimeout(() => void this.#probe(), ms) // it does not reject
  }

  async #probe(): Promise<void> {
    const fault = await this.#parts.probe({ signal: this.#gone.signal })
    if (this.#state !== 'open' || this.#gone.signal.aborted) return
    if (fault !== undefined) {
      this.#waitFor(this.limits.openMs) // to ask costs little, so it is asked often
      return
    }
    this.#triedAtMs = Number.NEGATIVE_INFINITY
    this.#change('half-open')
  }

  #change(state: CircuitState): void {
    if (this.#state === state) return
    this.#state = state
    this.#parts.onChange(state)
  }
}
