import type { Worker as ClusterWorker } from 'node:cluster'
import type { Readable } from 'node:stream'
import type { GatewayAddress } from '../listener.ts'
import { workerEnded } from './errors.ts'
import { relayLines } from './line-relay.ts'
import { type Answer, type Asked, errorOf } from './worker-messages.ts'

interface Pending {
  readonly resolve: (value: unknown) => void
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

  /** @param write takes whole lines of what it says */
  constructor(started: ClusterWorker, write: (lines: string) => void) {
    this.#process = started
    const { stdout }: { readonly stdout: Readable | null } = started.process
    if (stdout !== null) relayLines(stdout, write)
    started.on('message', (answer: Answer) => this.#settle(answer))
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

  /** @throws what openGateway throws, or GATEWAY_WORKER_ENDED */
  async open(configuration: unknown): Promise<readonly GatewayAddress[]> {
    const addresses = await this.#ask({ type: 'open', configuration })
    return Array.isArray(addresses) ? addresses : []
  }

  /** @throws what Gateway.configure throws, or GATEWAY_WORKER_ENDED */
  async configure(configuration: unknown): Promise<void> {
    await this.#ask({ type: 'configure', configuration })
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

  #ask(asked: Asked): Promise<unknown> {
    if (this.#isEnded) return Promise.reject(workerEnded('it has ended'))
    this.#lastId += 1
    const id = this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#pending.set(id, { resolve, reject })
    this.#process.send({ ...asked, id })
    return promise
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id)
    this.#pending.delete(answer.id)
    if ('fault' in answer) pending?.reject(errorOf(answer.fault))
    else pending?.resolve(answer.value)
  }
}
