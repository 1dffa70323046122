import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { isProcessReply } from '../fixtures/registry-process/answer.ts'
import type { CrashOutcome, CrashRequest } from './record.ts'

const MAIN = fileURLToPath(new URL('../fixtures/registry-process/main.ts', import.meta.url))

export interface RegistryProcessOptions {
  readonly databaseUrl: string
  readonly portCount: number
}

/** A registry process that may be killed at any moment, and is started again. */
export class RegistryProcess implements AsyncDisposable {
  readonly #options: RegistryProcessOptions
  readonly #waiting = new Map<number, (outcome: CrashOutcome) => void>()
  #child: ChildProcess | undefined
  #isReady = false
  #isOpen = true
  #startCount = 0
  #living: Promise<void> = Promise.resolve()

  constructor(options: RegistryProcessOptions) {
    this.#options = options
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** How often it was started. */
  get startCount(): number {
    return this.#startCount
  }

  start(): void {
    this.#living = this.#live()
  }

  /** @returns unknown when the process was killed before it answered */
  ask(id: number, host: string, request: CrashRequest): Promise<CrashOutcome> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      // A message that cannot be sent any more is settled by the end of the process.
      this.#child?.send({ id, host, request }, () => undefined)
    })
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false
    this.kill()
    await this.#living
  }

  async #live(): Promise<void> {
    while (this.#isOpen) {
      const { databaseUrl, portCount } = this.#options
      this.#startCount += 1
      const child = fork(MAIN, [databaseUrl, String(portCount)], {
        execArgv: [],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      })
      this.#child = child
      child.on('message', (message) => this.#hear(message))
      await once(child, 'exit')
      this.#isReady = false
      for (const resolve of this.#waiting.values()) resolve({ state: 'unknown' })
      this.#waiting.clear()
    }
  }

  #hear(message: unknown): void {
    if (message === 'ready') this.#isReady = true
    if (!isProcessReply(message)) return
    this.#waiting.get(message.id)?.(message.outcome)
    this.#waiting.delete(message.id)
  }
}
