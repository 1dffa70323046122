import type { Waiting } from '@portolan/errors'
import type { AccessTokenVerifier } from './access-token-verifier.ts'
import { type Caller, SESSION_SCOPES } from './caller.ts'
import { credentialsMissing, originRefused, tokenInvalid } from './errors.ts'
import { checkOrigin } from './origin-check.ts'
import { hashPersonalAccessToken, isPersonalAccessToken, type PersonalTokenSource } from './personal-access-token.ts'
import type { RequestHeaders } from './request-headers.ts'
import { ACCESS_COOKIE, findSessionCookie } from './session-cookie.ts'

/** What verifies the credentials of a request. */
export interface CallerSources {
  readonly publicOrigin: string
  readonly accessTokens: Pick<AccessTokenVerifier, 'verify'>
  /** Without it, personal access tokens are refused. */
  readonly personalTokens?: PersonalTokenSource
}

/**
 * Who asks, by the headers alone: a Bearer token, else the access cookie. It does not look at the origin: a mutation,
 * a socket and an event stream by cookie need `requireOwnOrigin` too.
 * @returns undefined when the request carries no credentials
 * @throws IDENTITY_TOKEN_INVALID, IDENTITY_TOKEN_EXPIRED, IDENTITY_SESSION_ENDED, IDENTITY_COOKIE_AMBIGUOUS (401);
 *   IDENTITY_KEYS_UNAVAILABLE, IDENTITY_SESSIONS_UNKNOWN, IDENTITY_TOKEN_UNCHECKED (503)
 */
export async function verifySession(
  headers: RequestHeaders,
  sources: CallerSources,
  { signal }: Waiting,
): Promise<Caller | undefined> {
  const bearer = findBearerToken(headers)
  if (bearer !== undefined && isPersonalAccessToken(bearer)) return verifyPersonalToken(bearer, sources, { signal })
  const token = bearer ?? findSessionCookie(headers.cookie, ACCESS_COOKIE)
  if (token === undefined) return undefined
  const verified = await sources.accessTokens.verify(token, { signal })
  return { by: bearer === undefined ? 'cookie' : 'bearer', ...verified, scopes: SESSION_SCOPES }
}

/**
 * Who asks for a WebSocket. Browsers let any page open one, with cookies and without asking first, so that the origin
 * decides for a cookie (RFC 6455 §10.2).
 * @throws IDENTITY_CREDENTIALS_MISSING, IDENTITY_ORIGIN_REFUSED and those of `verifySession`
 */
export async function authenticateUpgrade(
  request: { readonly headers: RequestHeaders },
  sources: CallerSources,
  { signal }: Waiting,
): Promise<Caller> {
  const caller = await verifySession(request.headers, sources, { signal })
  if (caller === undefined) throw credentialsMissing()
  if (caller.by === 'cookie') requireOwnOrigin(request.headers, sources.publicOrigin)
  return caller
}

/** @throws IDENTITY_ORIGIN_REFUSED */
export function requireOwnOrigin(headers: RequestHeaders, publicOrigin: string): void {
  const verdict = checkOrigin(headers, publicOrigin)
  if (verdict !== 'own') throw originRefused(verdict)
}

const BEARER = /^bearer(?: +(.*))?$/i // the scheme is case-insensitive (RFC 9110 §11.1)
const TOKEN = /^[\w.~+/-]+=*$/ // RFC 6750 §2.1

/**
 * Another scheme, such as Basic, is not ours and counts as absent: a foreign page can make a browser send it, and must
 * not get past the Origin check by that.
 * @returns undefined when no Bearer token came
 */
export function findBearerToken({ authorization }: RequestHeaders): string | undefined {
  const match = BEARER.exec(authorization ?? '')
  if (match === null) return undefined
  const [, token] = match
  if (token === undefined || !TOKEN.test(token)) throw tokenInvalid('form')
  return token
}

async function verifyPersonalToken(token: string, sources: CallerSources, { signal }: Waiting): Promise<Caller> {
  const grant = await sources.personalTokens?.findGrant(hashPersonalAccessToken(token), { signal })
  if (grant === undefined) throw tokenInvalid('personal')
  const { userId, tokenId, scopes } = grant
  return { by: 'personal-token', userId, tokenId, scopes }
}
