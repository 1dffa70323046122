import { errorMessage } from '@portolan/errors'
import type { GatewayConfiguration } from '../configuration.ts'
import type { GatewayAddress } from '../listener.ts'
import type { GatewayLogger } from '../log.ts'
import type { Worker } from './worker.ts'

export interface WorkerFleetOptions {
  readonly logger: GatewayLogger
  /** Starts a process that shares the listening sockets with all the others. */
  readonly startWorker: () => Worker
}

/** How long the connections of a worker that was replaced may go on. */
const HAND_OVER_GRACE_MS = 60_000
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
  #failureCount = 0
  #reviving: NodeJS.Timeout | undefined
  /** Changes have their turn one after the other; never rejects. */
  #turn: Promise<void> = Promise.resolve()

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
    return fleet
  }

  get addresses(): readonly GatewayAddress[] {
    return this.#addresses
  }

  /** Those that serve; not those that only let their last connections end. */
  get workers(): readonly Worker[] {
    return [...this.#serving]
  }

  get leavingCount(): number {
    return this.#leaving.size
  }

  /**
   * Swaps the configuration in all of them.
   * @throws what Gateway.configure throws: the old one stays then
   */
  configure(configuration: GatewayConfiguration): Promise<void> {
    return this.#inTurn(async () => {
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
    return this.#inTurn(async () => {
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

  /** Stops all of them. Resolves when none is left. */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#reviving)
    const all = [...this.#serving, ...this.#leaving]
    await Promise.all(all.map((worker) => this.#retire(worker, { how: 'close', graceMs })))
    await this.#turn
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
    const startedMs = performance.now()
    try {
      this.#addresses = await worker.open(configuration)
    } catch (error) {
      worker.kill()
      await worker.ended
      throw error
    }
    if (this.#closing.signal.aborted) worker.kill()
    this.#serving.add(worker)
    void worker.ended.then((reason) => this.#onEnd(worker, { reason, startedMs })) // neither rejects
    return worker
  }

  async #retire(worker: Worker, { how, graceMs }: { readonly how: 'hand-over' | 'close'; readonly graceMs: number }) {
    this.#serving.delete(worker)
    this.#leaving.add(worker)
    await worker.end(how, graceMs)
    this.#leaving.delete(worker)
  }

  #onEnd(worker: Worker, { reason, startedMs }: { readonly reason: string; readonly startedMs: number }): void {
    if (!this.#serving.delete(worker) || this.#closing.signal.aborted) return
    if (performance.now() - startedMs >= STEADY_MS) this.#failureCount = 0
    this.#revive(`worker ${worker.pid}: ${reason}`)
  }

  /** At once the first time: while there is no other, nobody accepts. */
  #revive(reason: string): void {
    const delayMs = this.#failureCount === 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** this.#failureCount, LONGEST_DELAY_MS)
    this.#failureCount += 1
    this.#options.logger.error({ reason, delayMs }, 'a worker ended; another is started')
    this.#reviving = setTimeout(() => {
      this.#inTurn(() => this.#grow(this.#configuration)).catch((error: unknown) => this.#revive(errorMessage(error)))
    }, delayMs)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined) // said to whoever asked for it
    return turn
  }
}
