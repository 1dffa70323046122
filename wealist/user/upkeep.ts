import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, type Waiting } from '@portolan/errors'
import type { Logger } from '@portolan/service'

/** Something that is done again and again. */
export interface Chore {
  /** For the log. */
  readonly name: string
  readonly everyMs: number
  /** What it throws is logged, and the next round comes all the same. */
  readonly work: (waiting: Waiting) => Promise<unknown>
}

/** Does chores, each one round at a time, until it is closed. */
export class Upkeep implements AsyncDisposable {
  readonly #stopping = new AbortController()
  readonly #logger: Pick<Logger, 'warn'>
  readonly #running: Promise<unknown>

  constructor(chores: readonly Chore[], { logger }: { readonly logger: Pick<Logger, 'warn'> }) {
    this.#logger = logger
    this.#running = Promise.all(chores.map((chore) => this.#repeat(chore)))
  }

  /** Resolves when the rounds that run have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #repeat({ name, everyMs, work }: Chore): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await delay(everyMs, undefined, { signal, ref: false }).catch(ignoreAbort)
      if (signal.aborted) return
      await work({ signal }).catch((error: unknown) => {
        if (!signal.aborted) this.#logger.warn({ err: error, chore: name }, 'a round of upkeep failed')
      })
    }
  }
}

function ignoreAbort(error: unknown): void {
  if (errorCode(error) !== 'ABORT_ERR') throw error
}
