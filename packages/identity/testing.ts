import { randomUUID } from 'node:crypto'
import { isAppError, problemOf } from '@portolan/errors'
import Fastify, { type FastifyInstance } from 'fastify'
import {
  ACCESS_COOKIE,
  type Clock,
  createPersonalAccessToken,
  createSigningKey,
  type EventBus,
  type EventSubscription,
  hashPersonalAccessToken,
  identityPlugin,
  issueAccessToken,
  jwksOf,
  MEMBERSHIP_CHANNEL,
  type OpenedIdentity,
  openIdentity,
  type PersonalTokenGrant,
  type Role,
  type Scope,
  SESSIONS_CHANNEL,
  ServiceTokens,
  type SigningKey,
} from './index.ts'

/** A clock that goes, and that a test can move. */
export class TestClock implements Clock {
  #wallOffsetMs = 0
  #elapsedOffsetMs = 0

  now(): Date {
    return new Date(Date.now() + this.#wallOffsetMs)
  }

  elapsedMs(): number {
    return performance.now() + this.#elapsedOffsetMs
  }

  /** Time passes. */
  pass(durationMs: number): void {
    this.#wallOffsetMs += durationMs
    this.#elapsedOffsetMs += durationMs
  }

  /** Somebody sets the wall clock; no time passes. */
  jump(offsetMs: number): void {
    this.#wallOffsetMs += offsetMs
  }
}

interface Subscriber {
  readonly channel: string
  readonly handler: (message: unknown) => void | Promise<void>
  readonly onGap: () => void | Promise<void>
}

/** A bus within the process, whose connection a test can take away. */
export class TestBus implements EventBus {
  readonly #subscribers = new Set<Subscriber>()
  #isConnected = true

  get isConnected(): boolean {
    return this.#isConnected
  }

  get subscriberCount(): number {
    return this.#subscribers.size
  }

  async subscribe(
    channel: string,
    handler: Subscriber['handler'],
    { onGap }: { readonly onGap: Subscriber['onGap']; readonly signal: AbortSignal },
  ): Promise<EventSubscription> {
    const subscriber = { channel, handler, onGap }
    this.#subscribers.add(subscriber)
    return {
      close: async () => {
        this.#subscribers.delete(subscriber)
      },
    }
  }

  /** Resolves when every handler has; lost while disconnected. */
  async publish(channel: string, message: unknown): Promise<void> {
    if (!this.#isConnected) return
    for (const subscriber of this.#subscribers) if (subscriber.channel === channel) await subscriber.handler(message)
  }

  disconnect(): void {
    this.#isConnected = false
  }

  async reconnect(): Promise<void> {
    this.#isConnected = true
    for (const { onGap } of this.#subscribers) await onGap()
  }
}

export interface TestSession {
  readonly userId: string
  readonly sessionId: string
  readonly accessToken: string
  /** As an API client sends it. */
  readonly bearer: { readonly authorization: string }
  /** As a page of the public origin sends it. */
  readonly cookie: { readonly cookie: string; readonly origin: string }
}

export interface TestIdentityOptions {
  /** The name of the service under test. */
  readonly service?: string
  readonly publicOrigin?: string
  /** Instead of the one within the process. */
  readonly bus?: EventBus
}

/** Real internal ports of an auth and a user service that keep everything in memory, and the identity that asks them. */
export class TestIdentity implements AsyncDisposable {
  readonly publicOrigin: string
  readonly serviceKey = randomUUID() + randomUUID()
  readonly clock = new TestClock()
  readonly bus = new TestBus()
  /** Published by auth; the first one signs. */
  keys: SigningKey[]
  /** While true, auth or user answers everything by 500. */
  isAuthBroken = false
  isUserBroken = false
  /** What was asked: method and path. */
  readonly asked: string[] = []
  readonly #ended = new Set<string>()
  readonly #rolesByMember = new Map<string, Role>()
  readonly #grantsByHash = new Map<string, PersonalTokenGrant>()
  readonly #releasers = new AsyncDisposableStack()
  #opened: { readonly identity: OpenedIdentity; readonly authUrl: string; readonly userUrl: string } | undefined

  constructor(publicOrigin: string) {
    this.publicOrigin = publicOrigin
    this.keys = [createSigningKey(this.clock.now())]
  }

  get identity(): OpenedIdentity {
    return this.#open().identity
  }

  get authUrl(): string {
    return this.#open().authUrl
  }

  get userUrl(): string {
    return this.#open().userUrl
  }

  async open({ service, bus }: { readonly service: string; readonly bus?: EventBus }): Promise<void> {
    const [authUrl, userUrl] = [await this.#listen(this.#auth(), 'auth'), await this.#listen(this.#user(), 'user')]
    const { publicOrigin, serviceKey, clock } = this
    const identity = await openIdentity(
      { service, publicOrigin, serviceKey, clock, authUrl, userUrl, bus: bus ?? this.bus },
      { signal: AbortSignal.timeout(10_000) },
    )
    this.#releasers.use(identity)
    this.#opened = { identity, authUrl, userUrl }
  }

  async signIn(userId: string = randomUUID(), sessionId: string = randomUUID()): Promise<TestSession> {
    const [key] = this.keys
    if (key === undefined) throw new Error('The test has taken all keys away.')
    const accessToken = await issueAccessToken(key, { issuer: this.publicOrigin, userId, sessionId }, this.clock.now())
    return {
      userId,
      sessionId,
      accessToken,
      bearer: { authorization: `Bearer ${accessToken}` },
      cookie: { cookie: `${ACCESS_COOKIE}=${accessToken}`, origin: this.publicOrigin },
    }
  }

  /** Resolves when everybody on the test's own bus has heard of it. */
  async endSession({ sessionId, userId }: Pick<TestSession, 'sessionId' | 'userId'>): Promise<void> {
    this.#ended.add(sessionId)
    await this.bus.publish(SESSIONS_CHANNEL, { type: 'session-ended', sid: sessionId, userId })
  }

  async setRole(workspaceId: string, userId: string, role: Role | null): Promise<void> {
    if (role === null) this.#rolesByMember.delete(`${workspaceId}/${userId}`)
    else this.#rolesByMember.set(`${workspaceId}/${userId}`, role)
    await this.bus.publish(MEMBERSHIP_CHANNEL, { type: 'membership-changed', workspaceId, userId, role })
  }

  /** @returns the token's text */
  addPersonalToken(grant: {
    readonly userId: string
    readonly scopes: readonly Scope[]
    readonly expiresAt?: Date
  }): string {
    const { text, hash } = createPersonalAccessToken()
    this.#grantsByHash.set(hash, { tokenId: randomUUID(), ...grant })
    return text
  }

  removePersonalToken(text: string): void {
    this.#grantsByHash.delete(hashPersonalAccessToken(text))
  }

  /** A token with which `from` calls `audience`. */
  async serviceToken(from: string, audience: string): Promise<string> {
    return this.#serviceTokens(from).issue(audience)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#releasers.disposeAsync()
  }

  #open() {
    if (this.#opened === undefined) throw new Error('The test identity is not open.')
    return this.#opened
  }

  #serviceTokens(service: string): ServiceTokens {
    return new ServiceTokens({ service, serviceKey: this.serviceKey, clock: this.clock })
  }

  #auth(): FastifyInstance {
    const app = Fastify()
    app.addHook('preHandler', async () => {
      if (this.isAuthBroken) throw new Error('Auth is broken.')
    })
    app.get('/internal/jwks.json', { config: { access: 'public' } }, () => jwksOf(this.keys))
    const config = { access: 'service' } as const
    app.get('/internal/ended-sessions', { config }, () => ({ sessions: [...this.#ended].map((sid) => ({ sid })) }))
    app.post<{ Body: { hash: string } }>('/internal/personal-access-tokens/find', { config }, ({ body }) => {
      const grant = this.#grantsByHash.get(body.hash)
      return grant === undefined ? { tokenId: null } : { ...grant, expiresAt: grant.expiresAt ?? null }
    })
    return app
  }

  #user(): FastifyInstance {
    const app = Fastify()
    app.addHook('preHandler', async () => {
      if (this.isUserBroken) throw new Error('User is broken.')
    })
    app.get<{ Params: { workspaceId: string; userId: string } }>(
      '/internal/workspaces/:workspaceId/members/:userId',
      { config: { access: 'service' } },
      async ({ params }, reply) => {
        const role = this.#rolesByMember.get(`${params.workspaceId}/${params.userId}`)
        return role === undefined ? reply.code(404).send({ code: 'USER_MEMBER_UNKNOWN' }) : { role }
      },
    )
    return app
  }

  async #listen(app: FastifyInstance, service: string): Promise<string> {
    const { publicOrigin } = this
    const accessTokens = { verify: () => Promise.reject(new Error('This port is for services.')) }
    const identity = { publicOrigin, accessTokens, serviceTokens: this.#serviceTokens(service) }
    app.setErrorHandler((error, { id }, reply) =>
      reply.code(isAppError(error) ? error.status : 500).send(problemOf(error, { requestId: id })),
    )
    app.addHook('onRequest', async ({ method, url }) => {
      this.asked.push(`${method} ${url}`)
    })
    await app.register(identityPlugin, { identity })
    this.#releasers.defer(() => app.close())
    return app.listen({ host: '127.0.0.1', port: 0 })
  }
}

/** One for a test; disposing ends its servers and its identity. */
export async function openTestIdentity(options: TestIdentityOptions = {}): Promise<TestIdentity> {
  const { service = 'test', publicOrigin = 'http://localhost:3000', bus } = options
  await using releasers = new AsyncDisposableStack()
  const world = releasers.use(new TestIdentity(publicOrigin))
  await world.open({ service, ...(bus === undefined ? {} : { bus }) })
  releasers.move()
  return world
}
