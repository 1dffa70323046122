import { errorMessage, type Waiting } from '@portolan/errors'
import type { Service } from '@portolan/stack'
import { serviceFailed } from './errors.ts'
import type { LogFile } from './log-file.ts'
import { pause } from './process-group.ts'
import type { Runner, Running } from './runner.ts'
import { nextState, type ServiceEvent, type ServiceState, type StateName } from './service-state.ts'

/** One change of a service's state, as `status`, `logs` and the console follow it. */
export interface StateChange {
  readonly service: string
  readonly from: StateName
  readonly to: StateName
  readonly reason: string | undefined
  readonly at: Date
}

export interface ServiceTimes {
  /** Between two looks while it starts: a person waits. */
  readonly startLookMs: number
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** A service that worked so long begins again with the first delay. */
  readonly steadyMs: number
  /** So many health checks in a row have to fail before a service is called unhealthy. */
  readonly failedChecks: number
}

export const SERVICE_TIMES: ServiceTimes = {
  startLookMs: 50,
  firstDelayMs: 500,
  longestDelayMs: 30_000,
  steadyMs: 60_000,
  failedChecks: 3,
}

const HEALTH_TIMES = { intervalMs: 5_000, timeoutMs: 2_000, startTimeoutMs: 60_000 } as const

export interface SupervisedParts {
  readonly service: Service
  readonly runner: Runner
  readonly log: LogFile
  readonly announce: (change: StateChange) => void
  readonly times?: Partial<ServiceTimes>
}

/** One service in the supervisor's care: started, watched, restarted when it dies, stopped. */
export class SupervisedService {
  readonly service: Service
  readonly #runner: Runner
  readonly #log: LogFile
  readonly #announce: (change: StateChange) => void
  readonly #times: ServiceTimes
  #state: ServiceState = { state: 'waiting' }
  #since = new Date()
  #restarts = 0
  #running: Running | undefined
  #life = new AbortController()
  #keeping: Promise<void> = Promise.resolve()

  constructor({ service, runner, log, announce, times = {} }: SupervisedParts) {
    this.service = service
    this.#runner = runner
    this.#log = log
    this.#announce = announce
    this.#times = { ...SERVICE_TIMES, ...times }
  }

  get state(): ServiceState {
    return this.#state
  }
  get since(): Date {
    return this.#since
  }
  get restarts(): number {
    return this.#restarts
  }
  get running(): Running | undefined {
    return this.#running
  }
  get log(): LogFile {
    return this.#log
  }

  /**
   * Starts it and resolves when it works; from then on it is watched and restarted by itself.
   * @throws SUPERVISE_SERVICE_FAILED when it does not come up; nothing of it runs then
   */
  async start({ signal }: Waiting): Promise<void> {
    this.#life = new AbortController()
    const running = await this.#bringUp({ signal: AbortSignal.any([signal, this.#life.signal]) })
    this.#keeping = this.#keep(running, new Date())
  }

  /** Resolves when it is gone, and with it everything it started. Idempotent. */
  async stop({ signal }: Waiting): Promise<void> {
    this.#life.abort(new DOMException(`Service "${this.service.name}" is told to stop.`, 'AbortError'))
    this.#change({ type: 'stop' })
    await this.#running?.stop({ signal })
    await this.#keeping
    this.#running = undefined
    this.#change({ type: 'end' })
    await this.#log.close()
  }

  async restart({ signal }: Waiting): Promise<void> {
    await this.stop({ signal })
    await this.#say('restarted by hand')
    await this.start({ signal })
  }

  async #bringUp({ signal }: Waiting): Promise<Running> {
    signal.throwIfAborted()
    this.#log.beginRun()
    this.#change({ type: 'start' })
    try {
      const running = await this.#runner.start({ signal })
      this.#running = running
      await this.#untilHealthy(running, { signal })
      await this.#runner.settle?.({ signal })
      this.#change({ type: 'pass' })
      return running
    } catch (cause) {
      // Only a process that came into being has said something; what could not even be started is explained by the cause.
      const lastLines = this.#running === undefined ? undefined : this.#log.tail
      await this.#undoStart()
      signal.throwIfAborted()
      const reason = errorMessage(cause)
      this.#change({ type: 'die', reason })
      await this.#say(`did not start: ${reason}`)
      throw serviceFailed({
        service: this.service.name,
        reason,
        lastLines,
        logFile: this.#log.path,
        cause,
      })
    }
  }

  async #undoStart(): Promise<void> {
    await this.#running?.stop({ signal: AbortSignal.timeout(2_000) })
    this.#running = undefined
  }

  async #untilHealthy(running: Running, { signal }: Waiting): Promise<void> {
    const { startTimeoutMs, timeoutMs } = { ...HEALTH_TIMES, ...this.service.health }
    const limit = AbortSignal.timeout(startTimeoutMs)
    const over = new AbortController()
    const death = this.#deathOf(running, over)
    const waiting = AbortSignal.any([signal, limit, over.signal])
    let last = 'it was not asked'
    while (!waiting.aborted) {
      const problem = await this.#ask(timeoutMs, waiting)
      if (problem === undefined && !over.signal.aborted) return
      last = problem ?? last
      await pause(this.#times.startLookMs, { signal: waiting })
    }
    signal.throwIfAborted()
    if (over.signal.aborted) throw new Error(await death)
    throw new Error(`it was not healthy within ${startTimeoutMs} ms: ${last}.`)
  }

  async #deathOf(running: Running, over: AbortController): Promise<string> {
    const reason = await running.ended
    over.abort()
    return `it ended with ${reason}.`
  }

  /** @returns what is wrong; undefined when all is well */
  async #ask(timeoutMs: number, signal: AbortSignal): Promise<string | undefined> {
    try {
      await this.#runner.probe({ signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })
      return undefined
    } catch (error) {
      return errorMessage(error)
    }
  }

  async #keep(first: Running, startedAt: Date): Promise<void> {
    const { signal } = this.#life
    let running: Running | undefined = first
    let workingSince = startedAt
    let failures = 0
    while (running !== undefined) {
      const reason = await this.#watch(running, { signal })
      if (signal.aborted || reason === undefined) return
      this.#change({ type: 'die', reason })
      await this.#undoStart() // what its process group left behind
      if (Date.now() - workingSince.getTime() >= this.#times.steadyMs) failures = 0
      const revived: { readonly running: Running | undefined; readonly failures: number } = await this.#revive(
        failures,
        { signal },
      )
      running = revived.running
      failures = revived.failures
      workingSince = new Date()
    }
  }

  /** Asks for its health again and again. @returns how it ended; undefined when told to stop */
  async #watch(running: Running, { signal }: Waiting): Promise<string | undefined> {
    const { intervalMs, timeoutMs } = { ...HEALTH_TIMES, ...this.service.health }
    const over = new AbortController()
    const death = this.#deathOf(running, over)
    const waiting = AbortSignal.any([signal, over.signal])
    let failedCount = 0
    while (!waiting.aborted) {
      await pause(intervalMs, { signal: waiting })
      if (waiting.aborted) break
      const problem = await this.#ask(timeoutMs, waiting)
      if (waiting.aborted) break
      failedCount = problem === undefined ? 0 : failedCount + 1
      if (problem === undefined) this.#change({ type: 'pass' })
      else if (failedCount >= this.#times.failedChecks) this.#change({ type: 'fail', reason: problem })
    }
    return over.signal.aborted ? death : undefined
  }

  async #revive(
    failures: number,
    { signal }: Waiting,
  ): Promise<{ readonly running: Running | undefined; readonly failures: number }> {
    let failureCount = failures
    while (!signal.aborted) {
      const delayMs = Math.min(this.#times.firstDelayMs * 2 ** failureCount, this.#times.longestDelayMs)
      failureCount += 1
      const reason = 'reason' in this.#state ? this.#state.reason : 'it ended'
      await this.#say(`${reason} Starting it again in ${delayMs} ms (restart ${this.#restarts + 1}).`)
      await pause(delayMs, { signal })
      if (signal.aborted) break
      this.#restarts += 1
      const running = await this.#tryAgain({ signal })
      if (running !== undefined) return { running, failures: failureCount }
    }
    return { running: undefined, failures: failureCount }
  }

  async #tryAgain({ signal }: Waiting): Promise<Running | undefined> {
    try {
      return await this.#bringUp({ signal })
    } catch {
      // The reason is in the state and in the log; the next attempt comes with a longer delay, unless it was told to stop.
      return undefined
    }
  }

  #change(event: ServiceEvent): void {
    const from = this.#state
    const to = nextState(from, event)
    const isNews = to.state !== from.state
    this.#state = to
    if (!isNews) return
    this.#since = new Date()
    const reason = 'reason' in to ? to.reason : undefined
    this.#announce({ service: this.service.name, from: from.state, to: to.state, reason, at: this.#since })
  }

  #say(text: string): Promise<void> {
    return this.#log.write('sys', [text])
  }
}
