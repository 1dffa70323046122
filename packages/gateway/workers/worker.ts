import type { Worker as ClusterWorker } from 'node:cluster'
import type { Readable } from 'node:stream'
import type { GatewayConfiguration } from '../configuration.ts'
import type { GatewaySnapshot } from '../figures/snapshot.ts'
import type { Spending } from '../limits/spending.ts'
import type { GatewayAddress } from '../listener.ts'
import type { UpstreamEvent } from '../upstreams/upstream-event.ts'
import { workerEnded } from './errors.ts'
import { relayLines } from './line-relay.ts'
import { type Answer, type Asked, errorOf, type Notice, type Outcome } from './worker-messages.ts'

interface Pending {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (cause: Error) => void
}

/** What a worker gets beyond its grace before it is killed: its own clock has to ring first. */
const KILL_MARGIN_MS = 2_000

/** One process of a gateway, seen from the primary. */
export class Worker {
  /** "it ended with signal SIGKILL". Never rejects. */
  readonly ended: Promise<string>
  readonly #process: ClusterWorker
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #isEnded = false
  #latestSnapshot: GatewaySnapshot | undefined

  /** Told what happens behind its routes. */
  onUpstreamEvent: (event: UpstreamEvent) => void = () => undefined

  /** @param write takes whole lines of what it says */
  constructor(started: ClusterWorker, write: (lines: string) => void) {
    this.#process = started
    const { stdout }: { readonly stdout: Readable | null } = started.process
    if (stdout !== null) relayLines(stdout, write)
    started.on('message', (message: Answer | Notice) => {
      if ('event' in message) this.onUpstreamEvent(message.event)
      else this.#settle(message)
    })
    started.on('error', () => undefined) // a message to a process that has just died: `ended` tells
    this.ended = new Promise((resolve) => {
      started.once('exit', (status, signal) => {
        const reason = `it ended with ${signal === null ? `exit status ${status}` : `signal ${signal}`}`
        this.#isEnded = true
        for (const { reject } of this.#pending.values()) reject(workerEnded(reason))
        this.#pending.clear()
        resolve(reason)
      })
    })
  }

  get pid(): number {
    return this.#process.process.pid ?? 0
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** The last that it told of itself; of one that has ended by itself or was asked to, the final one. */
  get latestSnapshot(): GatewaySnapshot | undefined {
    return this.#latestSnapshot
  }

  /** @throws what openGateway throws, or GATEWAY_WORKER_ENDED */
  async open(
    configuration: GatewayConfiguration,
    reserved: readonly number[] = [],
  ): Promise<readonly GatewayAddress[]> {
    const { addresses = [] } = await this.#ask({ type: 'open', configuration, reserved })
    return addresses
  }

  /** @throws what Gateway.configure throws, or GATEWAY_WORKER_ENDED */
  async configure(configuration: GatewayConfiguration): Promise<void> {
    await this.#ask({ type: 'configure', configuration })
  }

  /** Asks for its figures; {@link latestSnapshot} has them then. @throws GATEWAY_WORKER_ENDED */
  async refresh(): Promise<void> {
    await this.#ask({ type: 'snapshot' })
  }

  /**
   * @param others what clients have spent in the other workers
   * @returns what they have spent here
   * @throws GATEWAY_WORKER_ENDED
   */
  async spend(others: readonly Spending[]): Promise<readonly Spending[]> {
    const { spent = [] } = await this.#ask({ type: 'spend', others })
    return spent
  }

  /** @param ports of the gateway's other processes */
  async reserve(ports: readonly number[]): Promise<void> {
    await this.#ask({ type: 'reserve', ports })
  }

  async announceRestart(upstream: string, isUnderWay: boolean): Promise<void> {
    await this.#ask({ type: 'announce-restart', upstream, isUnderWay })
  }

  /** Resolves when it has ended: by itself, or killed when the grace is long over. */
  async end(how: 'hand-over' | 'close', graceMs: number): Promise<void> {
    const killing = setTimeout(() => this.kill(), graceMs + KILL_MARGIN_MS)
    this.#ask({ type: how, graceMs }).catch(() => undefined) // its end is what is waited for
    await this.ended
    clearTimeout(killing)
  }

  kill(): void {
    if (!this.#isEnded) this.#process.process.kill('SIGKILL')
  }

  #ask(asked: Asked): Promise<Outcome> {
    if (this.#isEnded) return Promise.reject(workerEnded('it has ended'))
    this.#lastId += 1
    const id = this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    this.#pending.set(id, { resolve, reject })
    this.#process.send({ ...asked, id })
    return promise
  }

  #settle({ id, fault, ...outcome }: Answer): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    this.#latestSnapshot = outcome.snapshot ?? this.#latestSnapshot
    if (fault === undefined) pending?.resolve(outcome)
    else pending?.reject(errorOf(fault))
  }
}
