import { randomUUID } from 'node:crypto'
import { isAppError, type Waiting } from '@portolan/errors'
import {
  ACCESS_COOKIE,
  ACCESS_TOKEN_LIFETIME_MS,
  AccessTokenVerifier,
  type Caller,
  createSigningKey,
  formatCookieDeletion,
  formatSessionCookie,
  type Identity,
  issueAccessToken,
  type JwksDocument,
  jwksOf,
  localKeys,
  ServiceTokens,
  verifySession,
} from '@portolan/identity'

export interface HubSessionsOptions {
  readonly publicOrigin: string
  /** The secret that the gateway has as well. */
  readonly serviceKey: string
}

/** Who is signed in. In memory: whoever restarts the hub signs everybody out. */
export class HubSessions {
  readonly identity: Identity
  readonly #publicOrigin: string
  readonly #key = createSigningKey(new Date())
  readonly #ended = new Set<string>()

  constructor({ publicOrigin, serviceKey }: HubSessionsOptions) {
    this.#publicOrigin = publicOrigin
    const endedSessions = { stateOf: (id: string) => (this.#ended.has(id) ? ('ended' as const) : ('live' as const)) }
    const keys = localKeys(() => [this.#key])
    const accessTokens = new AccessTokenVerifier({ keys, issuer: publicOrigin, endedSessions })
    // It is two services to the gateway: the one that signs people in, and the one that knows workspaces.
    const [asAuth, asHub] = ['auth', 'hub'].map((service) => new ServiceTokens({ service, serviceKey }))
    const verify = async (token: string) => (await asAuth?.verify(token).catch(() => undefined)) ?? asHub?.verify(token)
    const serviceTokens = { verify: async (token: string) => (await verify(token)) ?? { service: 'nobody' } }
    this.identity = { publicOrigin, accessTokens, serviceTokens }
  }

  get publishedKeys(): JwksDocument {
    return jwksOf([this.#key])
  }

  get endedSessionIds(): readonly string[] {
    return [...this.#ended]
  }

  /** @returns undefined for a cookie that is old or of a session that has ended, as for none */
  async findCaller(
    cookie: string | undefined,
    { signal }: Waiting,
  ): Promise<(Caller & { sessionId: string }) | undefined> {
    try {
      const caller = await verifySession({ cookie }, this.identity, { signal })
      return caller === undefined || caller.by === 'personal-token' ? undefined : caller
    } catch (error) {
      if (isAppError(error) && error.status === 401) return undefined
      throw error
    }
  }

  /** The `Set-Cookie` value of a session, a new one unless it is said which. */
  async cookieFor(userId: string, sessionId: string = randomUUID()): Promise<string> {
    const now = new Date()
    const token = await issueAccessToken(this.#key, { issuer: this.#publicOrigin, userId, sessionId }, now)
    const expiresAt = new Date(now.getTime() + ACCESS_TOKEN_LIFETIME_MS)
    return formatSessionCookie(ACCESS_COOKIE, token, { expiresAt, now })
  }

  /** @returns the `Set-Cookie` value that forgets the session */
  end(sessionId: string): string {
    this.#ended.add(sessionId)
    return formatCookieDeletion(ACCESS_COOKIE)
  }
}
