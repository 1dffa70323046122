import { jwtVerify, SignJWT } from 'jose'
import { CLOCK_SKEW_MS } from './access-token.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { serviceTokenInvalid } from './errors.ts'
import { deriveKey } from './secret.ts'

const TYPE = 'service+jwt'
const ALGORITHM = 'HS256'
const LIFETIME_S = 60
const INFO = 'portolan/identity/service-token/v1'
const SERVICE_NAME = /^[a-z][a-z0-9-]{0,62}$/

export interface ServiceTokensOptions {
  /** The name of this service. */
  readonly service: string
  /** SERVICE_KEY: the secret that the services of a stack share; at least 32 bytes. */
  readonly serviceKey: string
  readonly clock?: Clock
}

/** The service that called. */
export interface CallingService {
  readonly service: string
}

/** Issues the tokens with which one service calls another, and verifies those that it is called with. */
export class ServiceTokens {
  readonly #service: string
  readonly #key: Uint8Array
  readonly #clock: Clock

  /** @throws IDENTITY_SECRET_TOO_SHORT */
  constructor({ service, serviceKey, clock = SYSTEM_CLOCK }: ServiceTokensOptions) {
    this.#service = service
    this.#key = deriveKey(serviceKey, { name: 'SERVICE_KEY', info: INFO })
    this.#clock = clock
  }

  /** @param audience the name of the service that is called */
  async issue(audience: string): Promise<string> {
    const issuedAt = Math.floor(this.#clock.now().getTime() / 1000)
    return new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(this.#service)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_S)
      .sign(this.#key)
  }

  /** @throws IDENTITY_SERVICE_TOKEN_INVALID */
  async verify(token: string): Promise<CallingService> {
    const { payload } = await jwtVerify(token, this.#key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      audience: this.#service,
      requiredClaims: ['iss', 'exp', 'iat'],
      maxTokenAge: LIFETIME_S,
      clockTolerance: CLOCK_SKEW_MS / 1000,
      currentDate: this.#clock.now(),
    }).catch(() => {
      throw serviceTokenInvalid() // without the cause: its words hold pieces of the token
    })
    if (payload.iss === undefined || !SERVICE_NAME.test(payload.iss)) throw serviceTokenInvalid()
    return { service: payload.iss }
  }
}
