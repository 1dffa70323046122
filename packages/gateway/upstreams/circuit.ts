import type { Waiting } from '@portolan/errors'
import type { RecentOutcomes } from './recent-outcomes.ts'
import type { CircuitLimits } from './upstream-declaration.ts'

/** closed: requests flow; open: none does; half-open: one after the other is tried. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/**
 * unreached: nobody took the connection; silent: it was taken, and nothing came back for too long; broken: it ended before
 * there was an answer, which whoever asks can bring about at will (many servers refuse a path so).
 */
export type TargetFailure = 'unreached' | 'silent' | 'broken'

export interface CircuitParts {
  readonly limits: CircuitLimits
  /** Whether the target can be reached at all: asked before a request is risked. @returns what is wrong */
  readonly probe: (waiting: Waiting) => Promise<string | undefined>
  readonly onChange: (state: CircuitState) => void
}

/** How long a request that is tried may be on its way before another one is. */
const TRY_MS = 5_000

/** After it was seen that a target works, it is believed for so long. */
const BELIEVED_MS = 1_000

/** Keeps requests away from a target that fails, for a while. */
export class Circuit {
  limits: CircuitLimits
  readonly #parts: Omit<CircuitParts, 'limits'>
  readonly #gone = new AbortController()
  #state: CircuitState = 'closed'
  #failures = 0
  #brokenCount = 0
  #isVerifying = false
  #believedUntilMs = 0
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

  /** Requests in a row that could not reach it, or got nothing from it. */
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
    if (this.#brokenCount !== 0) this.#brokenCount = 0
    if (this.#state !== 'closed') this.close()
  }

  failed(failure: TargetFailure, recent: RecentOutcomes): void {
    const isBroken = failure === 'broken'
    if (isBroken) this.#brokenCount += 1
    else this.#failures += 1
    if (this.#state === 'open') return
    if (this.#state === 'closed' && !this.#isTooMuch(recent)) return
    // Nobody can make a target unreachable to others by what he asks of it.
    if (isBroken)
      void this.#verify() // it does not reject
    else this.#open()
  }

  #isTooMuch(recent: RecentOutcomes): boolean {
    const { failures, shareRatio, leastRequests } = this.limits
    if (Math.max(this.#failures, this.#brokenCount) >= failures) return true
    return recent.count >= leastRequests && recent.failures / recent.count >= shareRatio
  }

  /** Asks it whether it works, before all others are kept away from it. */
  async #verify(): Promise<void> {
    if (this.#isVerifying || performance.now() < this.#believedUntilMs) return
    this.#isVerifying = true
    const fault = await this.#parts.probe({ signal: this.#gone.signal })
    this.#isVerifying = false
    if (this.#gone.signal.aborted || this.#state === 'open') return
    if (fault !== undefined) this.#open()
    else this.#believe()
  }

  #believe(): void {
    this.#brokenCount = 0
    this.#believedUntilMs = performance.now() + BELIEVED_MS
    this.#triedAtMs = Number.NEGATIVE_INFINITY
  }

  /** Whatever was, requests flow again. */
  close(): void {
    clearTimeout(this.#timer)
    this.#failures = 0
    this.#brokenCount = 0
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
