import type { Clock } from '@portolan/identity'
import {
  allowInsecureRequests,
  ClientSecretBasic,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client'
import { providerUnavailable, providerUnknown } from '../errors.ts'
import { isLoopbackIssuer, type Provider } from './provider.ts'

/** What a provider says of itself is asked again after that long. */
const METADATA_KEEP_MS = 60 * 60_000
/** For each request to a provider; a person waits for it. */
const TIMEOUT_S = 5

interface Known {
  readonly configuration: Configuration
  readonly knownAtMs: number
}

/** The providers that people may sign in by; each is asked for its metadata when it is first needed. */
export class Providers {
  readonly #providers: readonly Provider[]
  readonly #clock: Clock
  readonly #knownById = new Map<string, Known>()

  constructor(providers: readonly Provider[], clock: Clock) {
    this.#providers = providers
    this.#clock = clock
  }

  list(): readonly Provider[] {
    return this.#providers
  }

  /** @throws AUTH_PROVIDER_UNKNOWN */
  get(id: string): Provider {
    const provider = this.#providers.find((each) => each.id === id)
    if (provider === undefined) throw providerUnknown()
    return provider
  }

  /** @throws AUTH_PROVIDER_UNAVAILABLE when it does not answer, or not as one of its kind */
  async configurationOf(provider: Provider): Promise<Configuration> {
    const known = this.#knownById.get(provider.id)
    const nowMs = this.#clock.elapsedMs()
    if (known !== undefined && nowMs - known.knownAtMs < METADATA_KEEP_MS) return known.configuration
    const configuration = await discover(provider)
    this.#knownById.set(provider.id, { configuration, knownAtMs: nowMs })
    return configuration
  }
}

async function discover(provider: Provider): Promise<Configuration> {
  const { id, issuer, clientId, clientSecret } = provider
  // The signature of an ID token is looked at even though it came over TLS: where that ends is not known here.
  const execute = [enableNonRepudiationChecks, ...(isLoopbackIssuer(issuer) ? [allowInsecureRequests] : [])]
  const authentication = clientSecret === undefined ? None() : ClientSecretBasic(clientSecret)
  const options = { execute, timeout: TIMEOUT_S }
  try {
    return await discovery(new URL(issuer), clientId, undefined, authentication, options)
  } catch (cause) {
    throw providerUnavailable(id, cause)
  }
}
