import { createHash, randomBytes } from 'node:crypto'
import type { Waiting } from '@portolan/errors'
import type { Scope } from './scope.ts'

const PREFIX = 'wl_pat_'
const SECRET_BYTES = 32
const FORM = /^wl_pat_[\w-]{43}$/

export interface PersonalAccessToken {
  /** Shown once to its owner, stored nowhere. */
  readonly text: string
  readonly hash: string
  /** The last four characters, by which its owner tells it from others. */
  readonly hint: string
}

/** What a valid personal access token allows. */
export interface PersonalTokenGrant {
  readonly tokenId: string
  readonly userId: string
  readonly scopes: readonly Scope[]
  /** Absent for one that does not expire. */
  readonly expiresAt?: Date
}

/** Who knows the personal access tokens: auth itself, or the client that asks it. */
export interface PersonalTokenSource {
  /**
   * @param hash of `hashPersonalAccessToken`
   * @returns undefined for one that is unknown, revoked or expired
   * @throws IDENTITY_TOKEN_UNCHECKED when that cannot be known now
   */
  findGrant(hash: string, waiting: Waiting): Promise<PersonalTokenGrant | undefined>
}

export function createPersonalAccessToken(): PersonalAccessToken {
  const text = PREFIX + randomBytes(SECRET_BYTES).toString('base64url')
  return { text, hash: hashPersonalAccessToken(text), hint: text.slice(-4) }
}

export function isPersonalAccessToken(text: string): boolean {
  return FORM.test(text)
}

/** SHA-256, base64url: 256 random bits need no slow hash, and the hash can be looked up. */
export function hashPersonalAccessToken(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
