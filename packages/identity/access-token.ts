import { SignJWT } from 'jose'
import type { SigningKey } from './signing-key.ts'

export const ACCESS_TOKEN_LIFETIME_MS = 600_000
/** How far the clocks of two machines may differ. */
export const CLOCK_SKEW_MS = 30_000
export const ACCESS_TOKEN_TYPE = 'at+jwt' // RFC 9068 §2.1: keeps it apart from every other JWT
export const ACCESS_TOKEN_AUDIENCE = 'wealist'
export const ACCESS_TOKEN_ALGORITHM = 'EdDSA'

export interface AccessTokenClaims {
  /** The public origin. */
  readonly issuer: string
  readonly userId: string
  /** The id of the refresh family: one per device. */
  readonly sessionId: string
}

/** A signed JWT (Ed25519) that is valid for ten minutes from `now`. */
export async function issueAccessToken(key: SigningKey, claims: AccessTokenClaims, now: Date): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000)
  return new SignJWT({ sid: claims.sessionId })
    .setProtectedHeader({ alg: ACCESS_TOKEN_ALGORITHM, typ: ACCESS_TOKEN_TYPE, kid: key.kid })
    .setIssuer(claims.issuer)
    .setAudience(ACCESS_TOKEN_AUDIENCE)
    .setSubject(claims.userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_TOKEN_LIFETIME_MS / 1000)
    .sign(key.privateKey)
}
