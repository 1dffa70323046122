import { type Waiting, waited } from '@portolan/errors'
import { AnswerCache } from './answer-cache.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { tokenUnchecked } from './errors.ts'
import { isId, memberOf } from './id.ts'
import { callInternal, internalUrl, unexpectedAnswer } from './internal-call.ts'
import type { PersonalTokenGrant, PersonalTokenSource } from './personal-access-token.ts'
import { isScope } from './scope.ts'

const DEFAULTS = {
  clock: SYSTEM_CLOCK,
  keepMs: 30_000,
  timeoutMs: 2_000,
} as const satisfies Partial<PersonalTokenClientOptions>

export interface PersonalTokenClientOptions {
  readonly authUrl: string
  /** Makes a service token for auth. */
  readonly serviceToken: () => Promise<string>
  readonly clock?: Clock
  readonly keepMs?: number
  readonly timeoutMs?: number
}

/**
 * Asks auth what a personal access token allows: `POST /internal/personal-access-tokens/find {hash}` → 200
 * `{tokenId, userId, scopes, expiresAt: string | null}`, or `{tokenId: null}`. Only the hash travels.
 */
export class PersonalTokenClient implements PersonalTokenSource {
  readonly #options: Required<PersonalTokenClientOptions>
  readonly #grants: AnswerCache<PersonalTokenGrant | undefined>

  constructor(options: PersonalTokenClientOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
    this.#grants = new AnswerCache({ keepMs: this.#options.keepMs, clock: this.#options.clock })
  }

  async findGrant(hash: string, { signal }: Waiting): Promise<PersonalTokenGrant | undefined> {
    const grant = await waited(
      this.#grants.get(hash, () => this.#ask(hash)),
      { signal },
    )
    const isOver = grant?.expiresAt !== undefined && grant.expiresAt <= this.#options.clock.now()
    return isOver ? undefined : grant
  }

  async #ask(hash: string): Promise<PersonalTokenGrant | undefined> {
    const { authUrl, serviceToken, timeoutMs } = this.#options
    try {
      const url = internalUrl(authUrl, '/internal/personal-access-tokens/find')
      const call = { url, serviceToken, timeoutMs, body: { hash } }
      const answer = await callInternal(call, { signal: AbortSignal.timeout(timeoutMs) })
      if (answer.status === 200 && memberOf(answer.body, 'tokenId') === null) return undefined
      const grant = answer.status === 200 ? parseGrant(answer.body) : undefined
      if (grant === undefined) throw unexpectedAnswer(answer)
      return grant
    } catch (cause) {
      throw tokenUnchecked(cause)
    }
  }
}

function parseGrant(body: unknown): PersonalTokenGrant | undefined {
  const [tokenId, userId] = [memberOf(body, 'tokenId'), memberOf(body, 'userId')]
  const scopes = memberOf(body, 'scopes')
  if (!isId(tokenId) || !isId(userId) || !Array.isArray(scopes) || !scopes.every(isScope)) return undefined
  const expiresAt = memberOf(body, 'expiresAt')
  if (expiresAt === null) return { tokenId, userId, scopes }
  const date = typeof expiresAt === 'string' ? new Date(expiresAt) : undefined
  if (date === undefined || Number.isNaN(date.getTime())) return undefined
  return { tokenId, userId, scopes, expiresAt: date }
}
