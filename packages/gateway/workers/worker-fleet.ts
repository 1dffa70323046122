import { errorMessage } from '@portolan/errors'
import type { GatewayConfiguration } from '../configuration.ts'
import { type GatewaySnapshot, mergeSnapshots, pastOf } from '../figures/snapshot.ts'
import { SpendingExchange } from '../limits/spending.ts'
import type { GatewayAddress } from '../listener.ts'
import type { GatewayLogger } from '../log.ts'
import { Turns } from '../turns.ts'
import type { UpstreamEvent } from '../upstreams/upstream-event.ts'
import type { Worker } from './worker.ts'

export interface WorkerFleetOptions {
  readonly logger: GatewayLogger
  /** Starts a process that shares the listening sockets with all the others. */
  readonly startWorker: () => Worker
  /** Told what happens behind the routes of each worker. */
  readonly onUpstreamEvent?: (event: UpstreamEvent) => void
}

/** How long the connections of a worker that was replaced may go on. */
const HAND_OVER_GRACE_MS = 60_000
/** How often the workers hear of each other: a client may overdraw by what it spends in that time. */
const EXCHANGE_MS = 100
const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 5_000
/** A worker that has run for so long has not died of how it was started. */
const STEADY_MS = 30_000

/**
 * The processes of one gateway. All accept from the same listening sockets, so that one can take over from another and
 * nobody is refused: the new one listens before the old one stops.
 */
export class WorkerFleet {
  readonly #options: WorkerFleetOptions
  readonly #serving = new Set<Worker>()
  readonly #leaving = new Set<Worker>()
  readonly #closing = new AbortController()
  #configuration: GatewayConfiguration
  #addresses: readonly GatewayAddress[] = []
  #reserved: readonly number[] = []
  #failureCount = 0
  #reviving: NodeJS.Timeout | undefined
  /** What workers that have ended had counted. */
  #past: GatewaySnapshot | undefined
  readonly #spending = new SpendingExchange()
  #exchanging: NodeJS.Timeout | undefined
  readonly #turns = new Turns()

  private constructor(configuration: GatewayConfiguration, options: WorkerFleetOptions) {
    this.#configuration = configuration
    this.#options = options
  }

  /** @throws what opening a gateway throws; no worker is left then */
  static async open(configuration: GatewayConfiguration, options: WorkerFleetOptions): Promise<WorkerFleet> {
    const fleet = new WorkerFleet(configuration, options)
    try {
      await fleet.#grow(configuration)
    } catch (error) {
      await fleet.close(0)
      throw error
    }
    fleet.#exchangeLater()
    return fleet
  }

  /** The one that is in force. */
  get configuration(): GatewayConfiguration {
    return this.#configuration
  }

  get addresses(): readonly GatewayAddress[] {
    return this.#addresses
  }

  /** Those that serve; not those that only let their last connections end. */
  get workers(): readonly Worker[] {
    return [...this.#serving]
  }

  /** The figures of all, those of workers that have ended among them. @throws RangeError while there is no worker */
  async snapshot(): Promise<GatewaySnapshot> {
    const all = [...this.#serving, ...this.#leaving]
    // One that ends meanwhile has told the last of itself.
    await Promise.allSettled(all.map((worker) => worker.refresh()))
    const parts = all.flatMap((worker) => (this.#isCounted(worker) ? (worker.latestSnapshot ?? []) : []))
    return mergeSnapshots(this.#past === undefined ? parts : [...parts, this.#past])
  }

  /**
   * Swaps the configuration in all of them.
   * @throws what Gateway.configure throws: the old one stays then
   */
  configure(configuration: GatewayConfiguration): Promise<void> {
    return this.#turns.take(async () => {
      const old = this.#configuration
      try {
        await Promise.all(this.workers.map((worker) => worker.configure(configuration)))
      } catch (error) {
        // Those that took it go back, so that all of them say the same.
        await Promise.allSettled(this.workers.map((worker) => worker.configure(old)))
        throw error
      }
      this.#configuration = configuration
      await this.#grow(configuration)
      this.#shrink()
    })
  }

  /**
   * Replaces each worker by a new one, which listens before the old one stops; what the old one has open goes on there
   * until it ends or the grace is over. A new configuration may name other listeners.
   * @throws what opening a gateway throws: the workers that there are go on then
   */
  replace(configuration: GatewayConfiguration, graceMs: number = HAND_OVER_GRACE_MS): Promise<void> {
    return this.#turns.take(async () => {
      const old = this.workers
      const fresh = new Set<Worker>()
      try {
        for (let count = 0; count < configuration.workers; count += 1) fresh.add(await this.#start(configuration))
      } catch (error) {
        await Promise.all([...fresh].map((worker) => this.#retire(worker, { how: 'close', graceMs: 0 })))
        throw error
      }
      this.#configuration = configuration
      for (const worker of old) void this.#retire(worker, { how: 'hand-over', graceMs }) // never rejects
      this.#options.logger.info({ workers: fresh.size, stack: configuration.stack }, 'workers replaced')
    })
  }

  /** Ports of the primary's own: no worker leads a workspace there. */
  async reserve(ports: readonly number[]): Promise<void> {
    this.#reserved = ports
    // One that ends meanwhile serves nobody; one that starts is told when it does.
    await Promise.allSettled([...this.#serving, ...this.#leaving].map((worker) => worker.reserve(ports)))
  }

  /** As Gateway.announceRestart, to all. */
  async announceRestart(upstream: string, isUnderWay: boolean): Promise<void> {
    // One that ends meanwhile serves nobody.
    await Promise.allSettled(this.workers.map((worker) => worker.announceRestart(upstream, isUnderWay)))
  }

  /** Stops all of them. Resolves when none is left. */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#reviving)
    clearTimeout(this.#exchanging)
    const all = [...this.#serving, ...this.#leaving]
    await Promise.all(all.map((worker) => this.#retire(worker, { how: 'close', graceMs })))
    await this.#turns.take(() => Promise.resolve()) // what is under way
  }

  async #grow(configuration: GatewayConfiguration): Promise<void> {
    while (this.#serving.size < configuration.workers && !this.#closing.signal.aborted) await this.#start(configuration)
  }

  #shrink(): void {
    const surplus = this.workers.slice(this.#configuration.workers)
    for (const worker of surplus) void this.#retire(worker, { how: 'hand-over', graceMs: HAND_OVER_GRACE_MS }) // never rejects
  }

  async #start(configuration: GatewayConfiguration): Promise<Worker> {
    const worker = this.#options.startWorker()
    const { onUpstreamEvent } = this.#options
    if (onUpstreamEvent !== undefined) worker.onUpstreamEvent = onUpstreamEvent
    const startedMs = performance.now()
    try {
      this.#addresses = await worker.open(configuration, this.#reserved)
    } catch (error) {
      worker.kill()
      await worker.ended
      throw error
    }
    if (this.#closing.signal.aborted) worker.kill()
    this.#serving.add(worker)
    // It may have changed while the worker was opening.
    worker.reserve(this.#reserved).catch(() => undefined) // `ended` tells
    this.#spending.join(worker.pid)
    void worker.ended.then((reason) => this.#onEnd(worker, { reason, startedMs })) // neither rejects
    return worker
  }

  async #retire(worker: Worker, { how, graceMs }: { readonly how: 'hand-over' | 'close'; readonly graceMs: number }) {
    this.#serving.delete(worker)
    this.#leaving.add(worker)
    await worker.end(how, graceMs)
    this.#leaving.delete(worker)
    this.#remember(worker)
  }

  #onEnd(worker: Worker, { reason, startedMs }: { readonly reason: string; readonly startedMs: number }): void {
    this.#spending.leave(worker.pid)
    if (!this.#serving.delete(worker)) return // it was asked to
    this.#remember(worker)
    if (this.#closing.signal.aborted) return
    if (performance.now() - startedMs >= STEADY_MS) this.#failureCount = 0
    this.#revive(`worker ${worker.pid}: ${reason}`)
  }

  /** At once the first time: while there is no other, nobody accepts. */
  #revive(reason: string): void {
    const delayMs = this.#failureCount === 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** this.#failureCount, LONGEST_DELAY_MS)
    this.#failureCount += 1
    this.#options.logger.error({ reason, delayMs }, 'a worker ended; another is started')
    this.#reviving = setTimeout(() => {
      this.#turns
        .take(() => this.#grow(this.#configuration))
        .catch((error: unknown) => this.#revive(errorMessage(error)))
    }, delayMs)
  }

  #isCounted(worker: Worker): boolean {
    return this.#serving.has(worker) || this.#leaving.has(worker)
  }

  #remember({ latestSnapshot }: Worker): void {
    if (latestSnapshot === undefined) return
    const past = pastOf(latestSnapshot)
    this.#past = this.#past === undefined ? past : mergeSnapshots([past, this.#past])
  }

  #exchangeLater(): void {
    if (this.#closing.signal.aborted) return
    this.#exchanging = setTimeout(() => {
      void this.#exchange().then(() => this.#exchangeLater()) // neither rejects
    }, EXCHANGE_MS)
  }

  /** Tells each worker what clients have spent in the others: the limits are of the whole. */
  async #exchange(): Promise<void> {
    if (this.#serving.size + this.#leaving.size < 2) return
    await Promise.allSettled(
      [...this.#serving, ...this.#leaving].map(async (worker) => {
        this.#spending.take(worker.pid, await worker.spend(this.#spending.give(worker.pid)))
      }),
    )
  }
}
