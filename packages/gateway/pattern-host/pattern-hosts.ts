import type { Waiting } from '@portolan/errors'
import type { Doorkeeper } from './admission.ts'
import { serviceKeyMissing } from './errors.ts'
import type { PatternHost, PatternHostParts } from './pattern-host.ts'
import type { PatternHostConfiguration } from './pattern-host-configuration.ts'

export type PatternHostsParts = Omit<PatternHostParts, 'serviceKey'> & { readonly serviceKey: string | undefined }

const SHORTEST_KEY = 32

/** The pattern host of a gateway, as its configuration says at the moment. */
export class PatternHosts implements AsyncDisposable {
  readonly #parts: PatternHostsParts
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
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const before = this.#current
    this.#current = undefined
    await before?.[Symbol.asyncDispose]()
  }

  async #open(configuration: PatternHostConfiguration, { signal }: Waiting): Promise<PatternHost> {
    const { serviceKey } = this.#parts
    if (serviceKey === undefined || serviceKey.length < SHORTEST_KEY) throw serviceKeyMissing()
    // Loaded only where it is used: what knows sessions is larger than all of the gateway.
    const { openPatternHost } = await import('./pattern-host.ts')
    return openPatternHost(configuration, { ...this.#parts, serviceKey }, { signal })
  }
}
