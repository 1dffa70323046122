import type { Waiting } from '@portolan/errors'
import { errorCode } from '@portolan/errors'
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import {
  ACCESS_TOKEN_ALGORITHM,
  ACCESS_TOKEN_AUDIENCE,
  ACCESS_TOKEN_LIFETIME_MS,
  ACCESS_TOKEN_TYPE,
  CLOCK_SKEW_MS,
} from './access-token.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { sessionEnded, sessionsUnknown, type TokenFault, tokenExpired, tokenInvalid } from './errors.ts'
import { isId } from './id.ts'
import type { KeySource } from './key-source.ts'

// An access token has about 450 characters; what is much longer is not worth a parser's time.
const LENGTH_LIMIT = 2_048
const DEFAULTS = { clock: SYSTEM_CLOCK, rememberedLimit: 2_000 } as const satisfies Partial<AccessTokenVerifierOptions>

/** Whether a session has been ended. Unknown is not the same as going on. */
export interface EndedSessionSource {
  stateOf(sessionId: string): 'live' | 'ended' | 'unknown'
}

export interface AccessTokenVerifierOptions {
  readonly keys: KeySource
  /** The public origin. */
  readonly issuer: string
  readonly endedSessions: EndedSessionSource
  readonly clock?: Clock
  /** How many verified tokens are remembered, to spare the signature check of the next request. */
  readonly rememberedLimit?: number
}

/** What a valid access token says. */
export interface VerifiedAccessToken {
  readonly userId: string
  readonly sessionId: string
  readonly expiresAt: Date
}

interface Remembered extends VerifiedAccessToken {
  readonly kid: string
}

/**
 * Verifies access tokens. A token that has been verified is remembered, so that a page's next request costs no
 * signature check; time, key and session are looked at every time.
 */
export class AccessTokenVerifier {
  readonly #options: Required<AccessTokenVerifierOptions>
  readonly #rememberedByToken = new Map<string, Remembered>()

  constructor(options: AccessTokenVerifierOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
  }

  /**
   * @throws IDENTITY_TOKEN_INVALID, IDENTITY_TOKEN_EXPIRED, IDENTITY_SESSION_ENDED (401);
   *   IDENTITY_KEYS_UNAVAILABLE, IDENTITY_SESSIONS_UNKNOWN (503)
   */
  async verify(token: string, { signal }: Waiting): Promise<VerifiedAccessToken> {
    const { userId, sessionId, expiresAt } =
      (await this.#recall(token, { signal })) ?? (await this.#check(token, { signal }))
    const state = this.#options.endedSessions.stateOf(sessionId)
    if (state === 'ended') throw sessionEnded()
    if (state === 'unknown') throw sessionsUnknown()
    return { userId, sessionId, expiresAt }
  }

  async #recall(token: string, { signal }: Waiting): Promise<Remembered | undefined> {
    const remembered = this.#rememberedByToken.get(token)
    if (remembered === undefined) return undefined
    const nowMs = this.#options.clock.now().getTime()
    const issuedMs = remembered.expiresAt.getTime() - ACCESS_TOKEN_LIFETIME_MS
    const isInTime = nowMs < remembered.expiresAt.getTime() + CLOCK_SKEW_MS && issuedMs <= nowMs + CLOCK_SKEW_MS
    if (isInTime && (await this.#options.keys.findKey(remembered.kid, { signal })) !== undefined) return remembered
    this.#rememberedByToken.delete(token)
    return undefined // the whole check says what is wrong with it
  }

  async #check(token: string, { signal }: Waiting): Promise<Remembered> {
    const kid = kidOf(token)
    const key = await this.#options.keys.findKey(kid, { signal })
    if (key === undefined) throw tokenInvalid('key')
    const { issuer, clock, rememberedLimit } = this.#options
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ACCESS_TOKEN_ALGORITHM],
      typ: ACCESS_TOKEN_TYPE,
      issuer,
      audience: ACCESS_TOKEN_AUDIENCE,
      requiredClaims: ['exp', 'iat', 'sub', 'sid'],
      // Also refuses what was issued in the future, and what claims a longer life than ended sessions are kept for.
      maxTokenAge: ACCESS_TOKEN_LIFETIME_MS / 1000,
      clockTolerance: CLOCK_SKEW_MS / 1000,
      currentDate: clock.now(),
    }).catch(refuse)
    const verified = { kid, ...claimsOf(payload) }
    const [oldest] = this.#rememberedByToken.keys()
    if (oldest !== undefined && this.#rememberedByToken.size >= rememberedLimit) this.#rememberedByToken.delete(oldest)
    this.#rememberedByToken.set(token, verified)
    return verified
  }
}

/** Reads nothing of an unverified header but the name of the key; `jwk`, `jku` and `x5c` are never followed. */
function kidOf(token: string): string {
  if (token.length > LENGTH_LIMIT) throw tokenInvalid('form')
  const { kid, alg, typ } = protectedHeaderOf(token)
  if (alg !== ACCESS_TOKEN_ALGORITHM || typ !== ACCESS_TOKEN_TYPE || !isId(kid)) throw tokenInvalid('form')
  return kid
}

function protectedHeaderOf(token: string) {
  try {
    return decodeProtectedHeader(token)
  } catch {
    // It throws a TypeError for whatever is no JWS; the words of that hold pieces of the token.
    throw tokenInvalid('form')
  }
}

function claimsOf({ sub, sid, exp, iat }: JWTPayload): VerifiedAccessToken {
  if (!isId(sub) || !isId(sid) || exp === undefined || iat === undefined) throw tokenInvalid('claims')
  return {
    userId: sub,
    sessionId: sid,
    expiresAt: new Date(Math.min(exp * 1000, iat * 1000 + ACCESS_TOKEN_LIFETIME_MS)),
  }
}

const FAULTS_BY_CODE: ReadonlyMap<string | undefined, TokenFault> = new Map([
  ['ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'signature'],
  ['ERR_JWT_CLAIM_VALIDATION_FAILED', 'claims'],
])

function refuse(cause: unknown): never {
  const code = errorCode(cause)
  throw code === 'ERR_JWT_EXPIRED' ? tokenExpired() : tokenInvalid(FAULTS_BY_CODE.get(code) ?? 'form')
}
