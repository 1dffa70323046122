import { setTimeout as delay } from 'node:timers/promises'
import type { Waiting } from '@portolan/errors'
import { isOnSearchPath } from './search-path.ts'
import { look, type Sight } from './sight.ts'
import type { WatchedService } from './watched-service.ts'

export interface LookoutOptions {
  /** Where the guestbook says which port its database has. */
  readonly storeUrl: URL
  /** Where programs are looked for: what the variable PATH holds. */
  readonly searchPath: string
}

/** Looks at every service again and again, so that the page's answer never waits for a service that hangs. */
export class Lookout {
  readonly #services: readonly WatchedService[]
  readonly #sights = new Map<string, Sight>()
  readonly #storeUrl: URL
  readonly #searchPath: string
  #storePort: number | undefined

  constructor(services: readonly WatchedService[], { storeUrl, searchPath }: LookoutOptions) {
    this.#services = services
    this.#storeUrl = storeUrl
    this.#searchPath = searchPath
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
    const looks = this.#services.map(async ({ service, health, program }) => {
      if (health !== undefined) this.#sights.set(service, await this.#explained(await look(health, waiting), program))
    })
    await Promise.all(looks)
    for (const { service, seenBy } of this.#services) {
      const isBlind = seenBy !== undefined && this.#sights.get(seenBy)?.state !== 'healthy'
      if (isBlind) this.#sights.set(service, { state: 'unknown' })
    }
    if (this.#storePort === undefined) this.#storePort = await this.#askStorePort(waiting)
  }

  /** One that does not answer because nothing here can run it is no fault of its own. */
  async #explained(sight: Sight, program: string | undefined): Promise<Sight> {
    if (sight.state !== 'unhealthy' || program === undefined) return sight
    return (await isOnSearchPath(program, this.#searchPath)) ? sight : { ...sight, missingProgram: program }
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
