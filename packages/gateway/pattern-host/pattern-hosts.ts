import type { Waiting } from '@portolan/errors'
import type { Doorkeeper } from './admission.ts'
import { serviceKeyMissing } from './errors.ts'
import { OpenExchanges } from './open-exchanges.ts'
import type { PatternHost, PatternHostParts } from './pattern-host.ts'
import type { PatternHostConfiguration } from './pattern-host-configuration.ts'
import { RememberedEnds } from './remembered-ends.ts'

export interface PatternHostsParts extends Omit<PatternHostParts, 'serviceKey' | 'openExchanges' | 'ends'> {
  readonly serviceKey: string | undefined
  /** How often what is open is looked at again, in milliseconds. */
  readonly reviewMs?: number | undefined
}

const SHORTEST_KEY = 32
const REVIEW_MS = 30_000

/** The pattern host of a gateway, as its configuration says at the moment. */
export class PatternHosts implements AsyncDisposable {
  readonly #parts: PatternHostsParts
  readonly #openExchanges = new OpenExchanges()
  readonly #ends = new RememberedEnds()
  #reviewing: NodeJS.Timeout | undefined
  #said = ''
  #current: PatternHost | undefined

  constructor(parts: PatternHostsParts) {
    this.#parts = parts
  }

  get doorkeeper(): Doorkeeper | undefined {
    return this.#current?.doorkeeper
  }

  /**
   * What is said the same again goes on as it is.
   * @throws GATEWAY_SERVICE_KEY_MISSING, and the old one stays
   */
  async configure(configuration: PatternHostConfiguration | undefined, { signal }: Waiting): Promise<void> {
    const said = JSON.stringify(configuration ?? null)
    if (said === this.#said) return
    const next = configuration === undefined ? undefined : await this.#open(configuration, { signal })
    const before = this.#current
    this.#current = next
    this.#said = said
    await before?.[Symbol.asyncDispose]()
    // What was let through by what was said before.
    clearTimeout(this.#reviewing)
    void this.#review() // never rejects
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const before = this.#current
    this.#current = undefined
    clearTimeout(this.#reviewing)
    await before?.[Symbol.asyncDispose]()
  }

  async #review(): Promise<void> {
    const current = this.#current
    if (current === undefined) {
      this.#openExchanges.endAll()
      return
    }
    await this.#openExchanges.review(current.stillCount)
    if (this.#current !== current) return // it is somebody else's turn
    clearTimeout(this.#reviewing)
    this.#reviewing = setTimeout(() => void this.#review(), this.#parts.reviewMs ?? REVIEW_MS).unref() // never rejects
  }

  async #open(configuration: PatternHostConfiguration, { signal }: Waiting): Promise<PatternHost> {
    const { serviceKey } = this.#parts
    if (serviceKey === undefined || serviceKey.length < SHORTEST_KEY) throw serviceKeyMissing()
    // Loaded only where it is used: what knows sessions is larger than all of the gateway.
    const { openPatternHost } = await import('./pattern-host.ts')
    const parts = { ...this.#parts, serviceKey, openExchanges: this.#openExchanges, ends: this.#ends }
    return openPatternHost(configuration, parts, { signal })
  }
}
