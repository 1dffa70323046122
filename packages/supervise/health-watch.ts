import { errorMessage, type Waiting } from '@portolan/errors'
import { pause } from '@portolan/observe'
import type { Service } from '@portolan/stack'
import { notHealthyInTime } from './errors.ts'
import type { HealthProbe } from './health-probe.ts'
import type { Running } from './runner.ts'

const HEALTH_TIMES = { intervalMs: 5_000, timeoutMs: 2_000, startTimeoutMs: 60_000 } as const

export interface HealthWatchParts {
  readonly service: Service
  readonly probe: HealthProbe
  /** Between two looks while it starts: a person waits. */
  readonly startLookMs: number
  /** So many checks in a row have to fail before a service is called unhealthy. */
  readonly failedChecks: number
}

/** What a running service has to be told of while it is watched. */
export interface HealthListener {
  onPass(): void
  onFail(reason: string): void
}

/** Asks one service for its health: until it works, and then again and again. */
export class HealthWatch {
  readonly startTimeoutMs: number
  readonly #probe: HealthProbe
  readonly #startLookMs: number
  readonly #failedChecks: number
  readonly #intervalMs: number
  readonly #timeoutMs: number

  constructor({ service, probe, startLookMs, failedChecks }: HealthWatchParts) {
    const { intervalMs, timeoutMs, startTimeoutMs } = { ...HEALTH_TIMES, ...service.health }
    this.startTimeoutMs = startTimeoutMs
    this.#probe = probe
    this.#startLookMs = startLookMs
    this.#failedChecks = failedChecks
    this.#intervalMs = intervalMs
    this.#timeoutMs = timeoutMs
  }

  /** Resolves when it works. @throws why it does not, within `startTimeoutMs`; the signal's reason */
  async untilHealthy(running: Running, { signal }: Waiting): Promise<void> {
    const limit = AbortSignal.timeout(this.startTimeoutMs)
    const death = deathOf(running)
    const waiting = AbortSignal.any([signal, limit, death.signal])
    let last = 'it was not asked'
    while (!waiting.aborted) {
      const problem = await this.#ask(waiting)
      if (problem === undefined && !death.signal.aborted) return
      // What a check says that the limit cut short tells less than the one before.
      if (!waiting.aborted) last = problem ?? last
      await pause(this.#startLookMs, { signal: waiting })
    }
    signal.throwIfAborted()
    if (death.signal.aborted) throw new Error(`${await running.ended}.`)
    throw notHealthyInTime(this.startTimeoutMs, last)
  }

  /** @returns how it ended; undefined when the signal fired */
  async untilEnd(running: Running, listener: HealthListener, { signal }: Waiting): Promise<string | undefined> {
    const death = deathOf(running)
    const waiting = AbortSignal.any([signal, death.signal])
    let failedCount = 0
    for (;;) {
      await pause(this.#intervalMs, { signal: waiting })
      const problem = waiting.aborted ? undefined : await this.#ask(waiting)
      if (waiting.aborted) break
      failedCount = problem === undefined ? 0 : failedCount + 1
      if (problem === undefined) listener.onPass()
      else if (failedCount >= this.#failedChecks) listener.onFail(problem)
    }
    return signal.aborted ? undefined : `${await running.ended}.`
  }

  /** @returns what is wrong; undefined when all is well */
  async #ask(signal: AbortSignal): Promise<string | undefined> {
    try {
      await this.#probe({ signal: AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]) })
      return undefined
    } catch (error) {
      return errorMessage(error)
    }
  }
}

/** Its end as a signal. What never ends keeps nothing alive by that: the promise is its own. */
function deathOf(running: Running): { readonly signal: AbortSignal } {
  const death = new AbortController()
  void running.ended.then(() => death.abort()) // neither rejects
  return death
}
