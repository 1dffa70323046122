import { setTimeout as delay } from 'node:timers/promises'
import type { Waiting } from '@portolan/errors'
import { look, type Sight } from './sight.ts'
import type { WatchedService } from './watched-service.ts'

/** Looks at every service again and again, so that the page's answer never waits for a service that hangs. */
export class Lookout {
  readonly #services: readonly WatchedService[]
  readonly #sights = new Map<string, Sight>()
  readonly #storeUrl: URL
  #storePort: number | undefined

  /** @param storeUrl where the guestbook says which port its database has */
  constructor(services: readonly WatchedService[], storeUrl: URL) {
    this.#services = services
    this.#storeUrl = storeUrl
  }

  /** A row for each service, in the order in which they were given. */
  get rows() {
    return this.#services.map(({ service, run, made, port, health }) => {
      const sight = health === undefined ? { state: 'healthy', answerMs: 0 } : this.#sights.get(service)
      return { service, run, made, port: port ?? this.#storePort ?? null, ...(sight ?? { state: 'unknown' }) }
    })
  }

  /** Looks until the signal fires. */
  async watch(everyMs: number, { signal }: Waiting): Promise<void> {
    while (!signal.aborted) {
      await this.#lookOnce({ signal })
      await delay(everyMs, undefined, { signal })
    }
  }

  async #lookOnce(waiting: Waiting): Promise<void> {
    const looks = this.#services.map(async ({ service, health }) => {
      if (health !== undefined) this.#sights.set(service, await look(health, waiting))
    })
    await Promise.all(looks)
    for (const { service, seenBy } of this.#services) {
      const isBlind = seenBy !== undefined && this.#sights.get(seenBy)?.state !== 'healthy'
      if (isBlind) this.#sights.set(service, { state: 'unknown' })
    }
    if (this.#storePort === undefined) this.#storePort = await this.#askStorePort(waiting)
  }

  async #askStorePort({ signal }: Waiting): Promise<number | undefined> {
    try {
      const answer = await fetch(this.#storeUrl, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]) })
      const store: unknown = await answer.json()
      const hasPort = typeof store === 'object' && store !== null && 'port' in store
      return hasPort && typeof store.port === 'number' ? store.port : undefined
    } catch {
      signal.throwIfAborted()
      return undefined // the guestbook is not up yet; the next round asks again
    }
  }
}
