import { createPersonalAccessToken, type Scope } from '@portolan/identity'
import { lockAccount } from '../accounts/account-repository.ts'
import type { AuthParts } from '../auth-parts.ts'
import { accountUnknown, tokenLimit } from '../errors.ts'
import { PERSONAL_TOKEN_LIMIT, type PersonalToken } from './personal-token.ts'
import { addPersonalToken, countPersonalTokens } from './personal-token-repository.ts'

const DAY_MS = 24 * 60 * 60_000

export interface TokenRequest {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Undefined for one that does not expire. */
  readonly expiresInDays: number | undefined
}

export interface CreatedToken {
  readonly token: PersonalToken
  /** Shown once. */
  readonly text: string
}

/** @throws AUTH_TOKEN_LIMIT */
export async function createToken(parts: AuthParts, userId: string, request: TokenRequest): Promise<CreatedToken> {
  const { text, hash, hint } = createPersonalAccessToken()
  const now = parts.clock.now()
  const { expiresInDays } = request
  const expiresAt = expiresInDays === undefined ? undefined : new Date(now.getTime() + expiresInDays * DAY_MS)
  const draft = { userId, hash, hint, name: request.name.trim(), scopes: [...new Set(request.scopes)], expiresAt }
  const token = await parts.store.change(async (tx) => {
    // Held, so that two requests at once cannot both be the last one that fits.
    if ((await lockAccount(tx, userId)) === undefined) throw accountUnknown()
    if ((await countPersonalTokens(tx, userId)) >= PERSONAL_TOKEN_LIMIT) throw tokenLimit(PERSONAL_TOKEN_LIMIT)
    return addPersonalToken(tx, draft, now)
  })
  return { token, text }
}
