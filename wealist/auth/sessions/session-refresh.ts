import {
  acceptsLeaf,
  type FamilyEnd,
  familyExpiresAt,
  hashRefreshToken,
  nextFamily,
  type RefreshFamily,
  type RefreshToken,
  succeedRefreshToken,
} from '@portolan/identity'
import type { AuthParts } from '../auth-parts.ts'
import { refreshInvalid, refreshReused } from '../errors.ts'
import type { AuthTransaction } from '../store.ts'
import { announceEnds } from './session-announcement.ts'
import { sessionCookies, UUID } from './session-opening.ts'
import { lockSession, storeFamily } from './session-repository.ts'

/**
 * Rotates a refresh token under its session's row lock, in one transaction. Reuse ends the session everywhere.
 * @returns the `Set-Cookie` values
 * @throws AUTH_REFRESH_INVALID, AUTH_REFRESH_REUSED (401)
 */
export async function refreshSession(parts: AuthParts, token: RefreshToken | undefined): Promise<readonly string[]> {
  if (token === undefined || !UUID.test(token.familyId)) throw refreshInvalid()
  const successor = succeedRefreshToken(token)
  const outcome = await parts.store.change((tx) => rotate(tx, { presented: token, successor, at: parts.clock.now() }))
  switch (outcome.state) {
    case 'rotated':
      return sessionCookies(parts, { token: successor, userId: outcome.userId, expiresAt: outcome.expiresAt })
    case 'ended':
      await announceEnds(parts, [{ sessionId: token.familyId, userId: outcome.userId }])
      throw outcome.reason === 'reuse' ? refreshReused() : refreshInvalid()
    case 'refused':
      throw outcome.reason === 'reuse' ? refreshReused() : refreshInvalid()
  }
}

interface Rotation {
  readonly presented: RefreshToken
  readonly successor: RefreshToken
  readonly at: Date
}

type RotationOutcome =
  | { readonly state: 'rotated'; readonly userId: string; readonly expiresAt: Date }
  /** Just now, by this token. */
  | { readonly state: 'ended'; readonly reason: FamilyEnd; readonly userId: string }
  /** There is no such session, it has ended before, or the token is made up. */
  | { readonly state: 'refused'; readonly reason: FamilyEnd | undefined }

async function rotate(tx: AuthTransaction, { presented, successor, at }: Rotation): Promise<RotationOutcome> {
  const held = await lockSession(tx, presented.familyId)
  if (held === undefined) return { state: 'refused', reason: undefined }
  const leaf = hashRefreshToken(successor).leaf
  const event = { type: 'rotate', presented: hashRefreshToken(presented), successor: leaf, at } as const
  const family = nextFamily(held.family, event)
  if (family === held.family) return { state: 'refused', reason: endOf(family) }
  await storeFamily(tx, presented.familyId, family)
  if (family.state === 'ended') return { state: 'ended', reason: family.reason, userId: held.userId }
  if (!acceptsLeaf(family, leaf)) return { state: 'refused', reason: undefined }
  return { state: 'rotated', userId: held.userId, expiresAt: familyExpiresAt(family) }
}

function endOf(family: RefreshFamily): FamilyEnd | undefined {
  return family.state === 'ended' ? family.reason : undefined
}
