import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, type Waiting } from '@portolan/errors'

export interface BackgroundLoopOptions {
  /** For the log. */
  readonly name: string
  readonly everyMs: number
  /** What it throws is logged, and the next round comes all the same. */
  readonly work: (waiting: Waiting) => Promise<unknown>
  readonly logger: { warn(fields: object, message: string): void }
}

/** Work that is done again and again, one round at a time, until it is closed. */
export class BackgroundLoop implements AsyncDisposable {
  readonly #options: BackgroundLoopOptions
  readonly #stopping = new AbortController()
  #woken = Promise.withResolvers<void>()
  readonly #running: Promise<void>

  constructor(options: BackgroundLoopOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  /** The next round comes now; one that runs is followed by another. */
  wake(): void {
    this.#woken.resolve()
  }

  /** Resolves when the round that runs has ended. */
  close(): Promise<void> {
    this.#stopping.abort()
    return this.#running
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(): Promise<void> {
    const { name, work, logger } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#woken = Promise.withResolvers()
      await work({ signal }).catch((error: unknown) => {
        if (!signal.aborted) logger.warn({ err: error, loop: name }, 'a round of background work failed')
      })
      await this.#pause(signal)
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const ends = AbortSignal.any([signal, over.signal])
    await Promise.race([
      this.#woken.promise,
      delay(this.#options.everyMs, undefined, { signal: ends, ref: false }).catch(ignoreAbort),
    ])
    over.abort()
  }
}

function ignoreAbort(error: unknown): void {
  if (errorCode(error) !== 'ABORT_ERR') throw error
}
