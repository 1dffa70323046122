import { setTimeout as delay } from 'node:timers/promises'
import type { Waiting } from '@portolan/errors'
import type { Registry } from '@portolan/registry'
import type { Logger } from '@portolan/service'
import type { KeyRing } from './key-ring.ts'

export interface SweepOptions {
  readonly registry: Registry
  readonly keys: KeyRing
  readonly everyMs: number
  readonly logger: Logger
}

/**
 * What has to be done again and again: leases that are over go back, graces that are over end where nothing listens, and
 * the use of keys is noted. Any number of servers may sweep one registry. Disposing waits for the round that runs.
 */
export class Sweep implements AsyncDisposable {
  readonly #options: SweepOptions
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>

  constructor(options: SweepOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const { everyMs, logger } = this.#options
    while (!signal.aborted) {
      await delay(everyMs, undefined, { signal, ref: false }).catch(() => undefined) // only the end of it all aborts it
      if (signal.aborted) return
      try {
        await this.#round({ signal })
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, 'a sweep failed; the next one comes all the same')
      }
    }
  }

  async #round(waiting: Waiting): Promise<void> {
    const { registry, keys, logger } = this.#options
    // Side by side, so that they share their look at each host.
    const leases = registry.sweep(waiting)
    const graces = registry.expireSlots(waiting)
    await Promise.allSettled([leases, graces])
    const { released, kept } = await leases
    const emptied = await graces
    await keys.noteUses(waiting)
    if (released.length + emptied.length === 0) return
    logger.info({ released: released.length, kept: kept.length, slots: emptied.length }, 'swept')
  }
}
