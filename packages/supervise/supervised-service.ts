import { errorMessage, type Waiting } from '@portolan/errors'
import { pause } from '@portolan/observe'
import type { Service } from '@portolan/stack'
import { notStartedInTime, portTaken, serviceFailed, type TakenPort, takenWords } from './errors.ts'
import { HealthWatch } from './health-watch.ts'
import type { LogFile } from './log-file.ts'
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

const END_NEWS_MS = 250

const SERVICE_TIMES: ServiceTimes = {
  startLookMs: 50,
  firstDelayMs: 500,
  longestDelayMs: 30_000,
  steadyMs: 60_000,
  failedChecks: 3,
}

/** How long what did not come up, or what a death left behind, may take to end before it is ended by force. */
const UNDO_GRACE_MS = 2_000

export interface SupervisedParts {
  readonly service: Service
  readonly runner: Runner
  readonly log: LogFile
  readonly announce: (change: StateChange) => void
  /** Called when another process stands for the service than before. */
  readonly onProcess: () => void
  /** Which of its ports this machine cannot give at the moment, and who has them. */
  readonly findTakenPorts: (waiting: Waiting) => Promise<readonly TakenPort[]>
  readonly times?: Partial<ServiceTimes>
}

/** One service in the supervisor's care: started, watched, restarted when it dies, stopped. */
export class SupervisedService {
  readonly service: Service
  readonly #parts: SupervisedParts
  readonly #log: LogFile
  readonly #times: ServiceTimes
  readonly #health: HealthWatch
  #state: ServiceState = { state: 'waiting' }
  #since = new Date()
  #restarts = 0
  #running: Running | undefined
  #life = new AbortController()
  /** Whatever is being done for it; never rejects. */
  #work: Promise<void> = Promise.resolve()

  constructor(parts: SupervisedParts) {
    this.service = parts.service
    this.#parts = parts
    this.#log = parts.log
    this.#times = { ...SERVICE_TIMES, ...parts.times }
    this.#health = new HealthWatch({ service: parts.service, probe: parts.runner.probe, ...this.#times })
  }

  get state(): ServiceState {
    return this.#state
  }
  get since(): Date {
    return this.#since
  }
  /** How often it was started again after it had died by itself. */
  get restarts(): number {
    return this.#restarts
  }
  get running(): Running | undefined {
    return this.#running
  }

  /**
   * Starts it and resolves when it works; from then on it is watched and restarted by itself. One that does not come up
   * is left alone: whoever started it is told, and decides.
   * @throws SUPERVISE_SERVICE_FAILED when it does not come up; nothing of it runs then
   */
  async start({ signal }: Waiting): Promise<void> {
    this.#life = new AbortController()
    const { signal: life } = this.#life
    const starting = this.#bringUp({ signal: AbortSignal.any([signal, life]) })
    this.#work = starting.then(
      (running) => this.#keep(running, { signal: life }),
      () => undefined, // said by `start`
    )
    await starting
  }

  /** Whether a restart by hand may leave it open: it works, and knows how to put a new copy in its own place. */
  get isRenewable(): boolean {
    return this.#state.state === 'healthy' && this.#running?.renew !== undefined
  }

  /** @throws why there is no new copy; the old one goes on then */
  async renew(waiting: Waiting): Promise<void> {
    await this.#running?.renew?.(waiting)
    await this.note('a new copy has taken its place; what was open ends in its own time')
  }

  /** Resolves when it is gone, and with it everything it started. Idempotent; ends a start that is under way. */
  async stop({ signal }: Waiting): Promise<void> {
    this.#life.abort(new DOMException(`Service "${this.service.name}" is told to stop.`, 'AbortError'))
    this.#change({ type: 'stop' })
    await this.#running?.stop({ signal })
    await this.#work
    await this.#running?.stop({ signal }) // it came up in that very moment
    this.#running = undefined
    this.#change({ type: 'end' })
    await this.#log.close()
  }

  /** Writes a line of ours into its log. */
  note(text: string): Promise<void> {
    return this.#log.write('sys', [text])
  }

  async #bringUp({ signal }: Waiting): Promise<Running> {
    signal.throwIfAborted()
    this.#log.beginRun()
    this.#change({ type: 'start' })
    try {
      // Here rather than later: a stranger on its port would answer the health checks.
      const taken = await this.#parts.findTakenPorts({ signal })
      if (taken.length > 0) throw portTaken(taken)
      const running = await this.#within((waiting) => this.#parts.runner.start(waiting), { signal })
      this.#running = running
      this.#parts.onProcess()
      await this.#health.untilHealthy(running, { signal })
      await this.#settle(running, { signal })
      this.#change({ type: 'pass' })
      return running
    } catch (cause) {
      throw await this.#giveUp(cause, { signal })
    }
  }

  /** What a process leaves broken when it ends says less than how it ended. */
  async #settle(running: Running, { signal }: Waiting): Promise<void> {
    const { settle } = this.#parts.runner
    if (settle === undefined) return
    try {
      await this.#within(settle, { signal })
    } catch (error) {
      // The news of an end may come a moment after the broken connection.
      const end = await Promise.race([running.ended, pause(END_NEWS_MS, { signal })])
      throw typeof end === 'string' ? new Error(`${end}.`, { cause: error }) : error
    }
  }

  /** A step of the start that could wait for ever. @throws SUPERVISE_UNHEALTHY */
  async #within<T>(step: (waiting: Waiting) => Promise<T>, { signal }: Waiting): Promise<T> {
    const limit = AbortSignal.timeout(this.#health.startTimeoutMs)
    try {
      return await step({ signal: AbortSignal.any([signal, limit]) })
    } catch (error) {
      throw error === limit.reason ? notStartedInTime(this.#health.startTimeoutMs, error) : error
    }
  }

  /** @returns what a person needs to know of a start that failed; nothing of it runs any more */
  async #giveUp(cause: unknown, { signal }: Waiting): Promise<unknown> {
    // Only a process that came into being has said something; what could not even be started is explained by the cause.
    const lastLines = this.#running === undefined ? undefined : this.#log.tail
    await this.#undoStart()
    if (signal.aborted) return signal.reason
    const taken = lastLines === undefined ? [] : await this.#takenMeanwhile({ signal })
    const reason = [errorMessage(cause), ...taken.map(takenWords)].join(' ')
    this.#change({ type: 'die', reason })
    await this.note(`did not start: ${reason}`)
    return serviceFailed({ service: this.service.name, reason, lastLines, logFile: this.#log.path, cause })
  }

  /** Somebody may have come between the look at its ports and its own attempt to bind them. */
  async #takenMeanwhile({ signal }: Waiting): Promise<readonly TakenPort[]> {
    try {
      return await this.#parts.findTakenPorts({ signal })
    } catch (error) {
      await this.note(`its ports could not be looked at: ${errorMessage(error)}`)
      return []
    }
  }

  async #undoStart(): Promise<void> {
    await this.#running?.stop({ signal: AbortSignal.timeout(UNDO_GRACE_MS) })
    this.#running = undefined
    this.#parts.onProcess()
  }

  /** Watches it and brings it back until the signal fires. Never rejects. */
  async #keep(first: Running, { signal }: Waiting): Promise<void> {
    let running: Running | undefined = first
    let failureCount = 0
    try {
      while (running !== undefined) {
        const startedAt = performance.now()
        const reason = await this.#health.untilEnd(running, this.#listener(), { signal })
        if (reason === undefined) return
        this.#change({ type: 'die', reason })
        await this.#undoStart() // what its process group left behind
        if (performance.now() - startedAt >= this.#times.steadyMs) failureCount = 0
        for (running = undefined; running === undefined && !signal.aborted; failureCount += 1)
          running = await this.#revive(failureCount, { signal })
      }
    } catch (error) {
      // None is known. It would be the end of the whole supervisor, where it is one of this service.
      this.#change({ type: 'die', reason: errorMessage(error) })
      await this.note(`is no longer watched: ${errorMessage(error)}`)
    }
  }

  #listener() {
    return {
      onPass: () => this.#change({ type: 'pass' }),
      onFail: (reason: string) => this.#change({ type: 'fail', reason }),
    }
  }

  async #revive(failureCount: number, { signal }: Waiting): Promise<Running | undefined> {
    const delayMs = Math.min(this.#times.firstDelayMs * 2 ** failureCount, this.#times.longestDelayMs)
    const reason = 'reason' in this.#state ? this.#state.reason : 'it ended.'
    await this.note(`${reason} Starting it again in ${delayMs} ms (restart ${this.#restarts + 1}).`)
    await pause(delayMs, { signal })
    if (signal.aborted) return undefined
    this.#restarts += 1
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
    this.#state = to
    if (to.state === from.state) return
    this.#since = new Date()
    const reason = 'reason' in to ? to.reason : undefined
    this.#parts.announce({ service: this.service.name, from: from.state, to: to.state, reason, at: this.#since })
  }
}
