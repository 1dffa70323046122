import { randomUUID } from 'node:crypto'
import {
  ACCESS_COOKIE,
  ACCESS_TOKEN_LIFETIME_MS,
  createRefreshToken,
  equalsInFixedTime,
  familyExpiresAt,
  formatCookieDeletion,
  formatRefreshToken,
  formatSessionCookie,
  hashRefreshToken,
  issueAccessToken,
  nextFamily,
  REFRESH_COOKIE,
  type RefreshToken,
  startFamily,
} from '@portolan/identity'
import { lockAccount } from '../accounts/account-repository.ts'
import type { AuthParts } from '../auth-parts.ts'
import { credentialsWrong } from '../errors.ts'
import type { AuthTransaction } from '../store.ts'
import type { SessionEnd } from './session.ts'
import { announceEnds } from './session-announcement.ts'
import { addSession, lockSession, storeFamily } from './session-repository.ts'
import type { Visit } from './visit.ts'

/** Somebody whose credentials were found right, and which state of them. */
export interface ProvenAccount {
  readonly id: string
  readonly credentialVersion: number
}

export const FORGETTING_COOKIES = [formatCookieDeletion(ACCESS_COOKIE), formatCookieDeletion(REFRESH_COOKIE)] as const

/**
 * Opens a session with an id and a token of its own, whatever the browser brought along, and ends the one that the
 * browser had: nobody can be made to use a session that somebody else knows (session fixation, CWE-384).
 * @returns the `Set-Cookie` values
 * @throws AUTH_CREDENTIALS_WRONG when the account or its credentials have changed since they were found right
 */
export async function openSession(parts: AuthParts, account: ProvenAccount, visit: Visit): Promise<readonly string[]> {
  const now = parts.clock.now()
  const token = createRefreshToken(randomUUID())
  const family = startFamily(hashRefreshToken(token), now)
  if (family.state !== 'active') throw new TypeError('A family begins active.')
  const ends = await parts.store.change(async (tx) => {
    const current = await lockAccount(tx, account.id)
    if (current?.credentialVersion !== account.credentialVersion) throw credentialsWrong()
    const { device, address } = visit
    await addSession(tx, { id: token.familyId, userId: account.id, family, device, address })
    return endFormerSession(tx, visit.refreshToken, now)
  })
  await announceEnds(parts, ends)
  return sessionCookies(parts, { token, userId: account.id, expiresAt: familyExpiresAt(family) })
}

export interface IssuedSession {
  readonly token: RefreshToken
  readonly userId: string
  readonly expiresAt: Date
}

/** Both cookies of a session; the access token among them is made here. */
export async function sessionCookies(
  { keys, clock, publicOrigin }: AuthParts,
  { token, userId, expiresAt }: IssuedSession,
): Promise<readonly string[]> {
  const now = clock.now()
  const claims = { issuer: publicOrigin, userId, sessionId: token.familyId }
  const accessToken = await issueAccessToken(keys.signing, claims, now)
  const accessExpiresAt = new Date(now.getTime() + ACCESS_TOKEN_LIFETIME_MS)
  return [
    formatSessionCookie(ACCESS_COOKIE, accessToken, { expiresAt: accessExpiresAt, now }),
    formatSessionCookie(REFRESH_COOKIE, formatRefreshToken(token), { expiresAt, now }),
  ]
}

/**
 * Ends the session of a refresh token that was once handed out, current or not.
 * @returns empty for one that is made up, or whose session has ended
 */
export async function endFormerSession(
  tx: AuthTransaction,
  token: RefreshToken | undefined,
  now: Date,
): Promise<readonly SessionEnd[]> {
  if (token === undefined || !UUID.test(token.familyId)) return []
  const held = await lockSession(tx, token.familyId)
  if (held?.family.state !== 'active') return []
  if (!equalsInFixedTime(held.family.root, hashRefreshToken(token).root)) return []
  await storeFamily(tx, token.familyId, nextFamily(held.family, { type: 'revoke', at: now }))
  return [{ sessionId: token.familyId, userId: held.userId }]
}

/** Session ids are UUIDs; anything else would be an error of the database's own. */
export const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
