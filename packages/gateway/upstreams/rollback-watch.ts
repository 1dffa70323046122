import { askHealth } from './ask-health.ts'
import type { Target } from './target.ts'
import type { HealthDeclaration, RollbackLimits } from './upstream-declaration.ts'

export interface RollbackWatchParts {
  readonly fresh: Target
  readonly before: Target
  readonly limits: RollbackLimits
  readonly health: HealthDeclaration | undefined
  /** Called once at most, with a clause that says why. */
  readonly onFail: (reason: string) => void
}

const MOST_PAUSE_MS = 1_000

/** Looks at a half that was promoted a moment ago: by what becomes of its requests, and by asking it. */
export class RollbackWatch {
  readonly #parts: RollbackWatchParts
  readonly #over = new AbortController()
  readonly #endsAtMs: number
  /** Of the half before, at the moment of the promotion. */
  readonly #badRatioBefore: number
  readonly #start: { readonly requestCount: number; readonly badCount: number }
  #timer: NodeJS.Timeout | undefined
  #failedChecks = 0

  constructor(parts: RollbackWatchParts) {
    const { fresh, before, limits } = parts
    this.#parts = parts
    this.#endsAtMs = performance.now() + limits.windowMs
    this.#badRatioBefore = before.recent.badRatio
    this.#start = { requestCount: fresh.requestCount, badCount: fresh.badCount }
    this.#wait()
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#over.abort()
  }

  /** Something became of a request to the new half. */
  look(): void {
    const { fresh, limits } = this.#parts
    if (this.isOver) return
    if (fresh.failuresInRow >= limits.failures) {
      this.#fail(`it could not be reached, or gave no answer, ${fresh.failuresInRow} times in a row`)
      return
    }
    const count = fresh.requestCount - this.#start.requestCount
    const badRatio = (fresh.badCount - this.#start.badCount) / count
    if (count < limits.leastRequests || badRatio <= this.#badRatioBefore + limits.shareRatio) return
    this.#fail(`${percent(badRatio)} of its ${count} requests failed, before it ${percent(this.#badRatioBefore)} did`)
  }

  #wait(): void {
    const { windowMs } = this.#parts.limits
    const pauseMs = Math.min(MOST_PAUSE_MS, windowMs / 10)
    this.#timer = setTimeout(() => void this.#ask(), pauseMs) // it does not reject
  }

  async #ask(): Promise<void> {
    const { fresh, health, limits } = this.#parts
    const { signal } = this.#over
    if (performance.now() >= this.#endsAtMs) {
      this.stop()
      return
    }
    const fault = await askHealth(fresh.address, health, { signal })
    if (signal.aborted) return
    this.#failedChecks = fault === undefined ? 0 : this.#failedChecks + 1
    if (fault !== undefined && this.#failedChecks >= limits.failures)
      this.#fail(`${this.#failedChecks} checks in a row failed: ${fault}`)
    else this.look()
    if (!this.isOver) this.#wait()
  }

  #fail(reason: string): void {
    this.stop()
    this.#parts.onFail(reason)
  }
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`
}
