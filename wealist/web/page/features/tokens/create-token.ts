import type { CreatedAccessToken, Scope } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export interface TokenDraft {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Left out: it works until it is removed. */
  readonly expiresInDays?: number
}

export function createToken(draft: TokenDraft): Promise<CreatedAccessToken> {
  return request('POST /api/auth/tokens', { body: draft })
}
