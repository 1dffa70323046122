import type { Bus } from '@portolan/bus'
import { openBus } from '@portolan/bus'
import { ServiceTokens } from '@portolan/identity'
import { openTestIdentity, type TestIdentity, type TestSession } from '@portolan/identity/testing'
import { openTestObjects, type TestObjects } from '@portolan/objects/testing'
import { AnswerChecker } from '@portolan/openapi/testing'
import { openTestDatabase, openTestPostgres, type TestDatabase, type TestPostgres } from '@portolan/postgres/testing'
import { type App, listen, type RunningService } from '@portolan/service'
import { EventReader } from '@portolan/service/testing'
import Fastify from 'fastify'
import pino from 'pino'
import type { GrantableRole } from './members/permissions.ts'
import { openUser } from './open-user.ts'

export interface StandInAccount {
  readonly id: string
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string
  readonly locale: 'ko' | 'en'
}

/**
 * Auth's internal port: what `openTestIdentity` answers is passed on to it, and accounts, confirmations and mails, which
 * it does not have, are answered here. Only with a service token.
 */
export class StandInAuth implements AsyncDisposable {
  readonly accountsById = new Map<string, StandInAccount>()
  readonly mails: { template: string; to: string; locale: string; parameters: Record<string, string> }[] = []
  /** While true, accounts and mails are answered by 500. */
  isBroken = false
  /** While true, accounts cannot be removed. */
  isRemovalBroken = false
  readonly #app = Fastify()
  #url = ''

  get url(): string {
    return this.#url
  }

  async open(world: TestIdentity): Promise<void> {
    const app = this.#app
    const tokens = new ServiceTokens({ service: 'auth', serviceKey: world.serviceKey, clock: world.clock })
    app.addHook('onRequest', async ({ url, headers }) => {
      if (url === '/internal/jwks.json') return
      await tokens.verify((headers.authorization ?? '').replace('Bearer ', ''))
    })
    app.addHook('preHandler', async ({ url }, reply) => {
      if (this.isBroken && /accounts|mails/.test(url)) return reply.code(500).send({ code: 'INTERNAL' })
    })
    app.get<{ Params: { id: string } }>('/internal/accounts/:id', ({ params }, reply) => {
      return this.accountsById.get(params.id) ?? reply.code(404).send({ code: 'AUTH_ACCOUNT_UNKNOWN' })
    })
    app.post<{ Params: { id: string }; Body: { password?: string; code?: string } }>(
      '/internal/accounts/:id/confirm',
      ({ body }, reply) => {
        const refuse = (code: string, field: string) =>
          reply.code(400).send({ code, details: { faults: [{ field, reason: 'is wrong' }] } })
        const { password, code, ...others } = body
        const isFormed = Object.keys(others).length === 0
        if (!isFormed) return reply.code(400).send({ code: 'SERVICE_REQUEST_INVALID', details: { faults: [] } })
        if (password === 'slow down') {
          return reply.code(429).send({ code: 'AUTH_TOO_MANY_ATTEMPTS', details: { retryAfterSeconds: 7 } })
        }
        if (password === undefined && code !== undefined && code !== '123456') return refuse('AUTH_CODE_WRONG', 'code')
        if (code === undefined && password !== 'right') return refuse('AUTH_PASSWORD_WRONG', 'password')
        return reply.code(204).send()
      },
    )
    app.post<{ Params: { id: string } }>('/internal/accounts/:id/remove', ({ params }, reply) => {
      if (this.isRemovalBroken) return reply.code(500).send({ code: 'INTERNAL' })
      this.accountsById.delete(params.id)
      return reply.code(204).send()
    })
    app.post<{ Body: StandInAuth['mails'][number] }>('/internal/mails', ({ body }, reply) => {
      this.mails.push(body)
      return reply.code(202).send({})
    })
    app.setNotFoundHandler(async ({ method, url, headers, body }, reply) => {
      const answer = await fetch(new URL(url, world.authUrl), {
        method,
        headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
        ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
      })
      return reply.code(answer.status).send(await answer.json())
    })
    this.#url = await app.listen({ host: '127.0.0.1', port: 0 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close()
  }
}

/** A signed-in person with an account. */
export interface Person extends TestSession {
  readonly email: string
  readonly name: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON; what is no object is an empty one. */
  readonly body: Record<string, unknown>
  /** A text of the body. */
  readonly text: (name: string) => string
}

export interface Asking {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A user service on a real port, with a real database, bus and object store, and the people who use it. */
export class UserWorld implements AsyncDisposable {
  readonly identity: TestIdentity
  readonly auth: StandInAuth
  readonly bus: Bus
  readonly objects: TestObjects
  readonly database: TestDatabase
  readonly app: App
  readonly origin: string
  readonly log: readonly string[]
  readonly #releasers: AsyncDisposableStack
  #personCount = 0
  #checker: Promise<AnswerChecker> | undefined

  constructor(parts: Omit<WorldParts, 'releasers'>, releasers: AsyncDisposableStack) {
    this.identity = parts.identity
    this.auth = parts.auth
    this.bus = parts.bus
    this.objects = parts.objects
    this.database = parts.database
    this.app = parts.app
    this.origin = parts.origin
    this.log = parts.log
    this.#releasers = releasers
  }

  /** Somebody new, who is signed in. */
  async signUp({ name, email, emailVerified = true }: Partial<StandInAccount> = {}): Promise<Person> {
    this.#personCount += 1
    const session = await this.identity.signIn()
    const account: StandInAccount = {
      id: session.userId,
      email: email ?? `person${this.#personCount}@example.com`,
      emailVerified,
      name: name ?? `Person ${this.#personCount}`,
      locale: 'en',
    }
    this.auth.accountsById.set(account.id, account)
    return { ...session, email: account.email, name: account.name }
  }

  /**
   * The answer is held against the service's document.
   * @param call method and path, such as `GET /api/users/me`
   */
  async ask(call: string, person?: Pick<Person, 'bearer'>, { body, headers }: Asking = {}): Promise<Answer> {
    const [method = 'GET', path = '/'] = call.split(' ')
    const response = await fetch(this.origin + path, {
      method,
      headers: {
        ...person?.bearer,
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    const parsed: unknown = isJson ? JSON.parse(text) : {}
    this.#checker ??= AnswerChecker.fetch(`${this.origin}/api/users/openapi.json`)
    const checker = await this.#checker
    checker.check({ method, path, status: response.status, headers: response.headers, body: parsed })
    const answered = recordOf(parsed)
    const textOf = (name: string) => {
      const value = answered[name]
      if (typeof value !== 'string') throw new Error(`The answer has no text "${name}": ${text}`)
      return value
    }
    return { status: response.status, headers: response.headers, body: answered, text: textOf }
  }

  /** @returns the workspace's id */
  async makeWorkspace(owner: Person, name = 'Harbour'): Promise<string> {
    return (await this.ask('POST /api/users/workspaces', owner, { body: { name } })).text('id')
  }

  /** Makes an invitation link. @returns its token */
  async makeLink(by: Person, workspaceId: string, options: object = {}): Promise<string> {
    const call = `POST /api/users/workspaces/${workspaceId}/invitations`
    const made = await this.ask(call, by, { body: { role: 'member', ...options } })
    return made.text('url').split('#token=')[1] ?? ''
  }

  /** A new person who has joined by a link of the owner's. */
  async join(owner: Person, workspaceId: string, role: GrantableRole = 'member'): Promise<Person> {
    const person = await this.signUp()
    const token = await this.makeLink(owner, workspaceId, { role })
    const { status, body } = await this.ask(`POST /api/users/invitations/${token}/accept`, person)
    if (status !== 200) throw new Error(`The invitation was not accepted: ${JSON.stringify(body)}`)
    return person
  }

  /** The role as other services are told it. */
  async roleOf(workspaceId: string, { userId }: Pick<Person, 'userId'>): Promise<unknown> {
    const token = await this.identity.serviceToken('board', 'user')
    const bearer = { authorization: `Bearer ${token}` }
    const { body } = await this.ask(`GET /internal/workspaces/${workspaceId}/members/${userId}`, { bearer })
    return body.role
  }

  async listen(person: Person, query = ''): Promise<EventReader> {
    const abort = new AbortController()
    const headers = { ...person.bearer, accept: 'text/event-stream' }
    const response = await fetch(`${this.origin}/api/users/events${query}`, { headers, signal: abort.signal })
    if (response.status !== 200 || response.body === null) throw new Error(`The stream was refused: ${response.status}`)
    return new EventReader(response.body, abort)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#releasers.disposeAsync()
  }
}

interface WorldParts {
  readonly identity: TestIdentity
  readonly auth: StandInAuth
  readonly bus: Bus
  readonly objects: TestObjects
  readonly database: TestDatabase
  readonly app: App
  readonly origin: string
  readonly log: readonly string[]
  readonly releasers: AsyncDisposableStack
}

export interface UserWorldOptions {
  /** One of the caller's, so that a test can stop it. */
  readonly postgres?: TestPostgres
}

/** One for a test file; disposing ends all of it. */
export async function openUserWorld({ postgres: given }: UserWorldOptions = {}): Promise<UserWorld> {
  const waiting = { signal: AbortSignal.timeout(60_000) }
  await using releasers = new AsyncDisposableStack()
  const postgres = given ?? releasers.use(await openTestPostgres())
  const objects = releasers.use(await openTestObjects())
  const database = await openTestDatabase(postgres)
  const busDatabase = await openTestDatabase(postgres)
  const log: string[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) })
  const bus = releasers.use(await openBus(busDatabase.url, { logger }, waiting))
  // Uploads go to the public origin: here that of the object store, as there is no gateway.
  const identity = releasers.use(await openTestIdentity({ service: 'user', publicOrigin: objects.origin, bus }))
  const auth = releasers.use(new StandInAuth())
  await auth.open(identity)
  const { publicOrigin, serviceKey, clock } = identity
  const opened = releasers.use(
    await openUser(
      {
        name: 'user',
        publicOrigin,
        databaseUrl: database.url,
        busUrl: busDatabase.url,
        objectsUrl: objects.url,
        authUrl: auth.url,
        serviceKey,
        logger,
        clock,
        sweepEveryMs: 250,
      },
      waiting,
    ),
  )
  const origin = await listenOnFreePort(opened.app, releasers)
  return new UserWorld({ identity, auth, bus, objects, database, app: opened.app, origin, log }, releasers.move())
}

async function listenOnFreePort(app: App, releasers: AsyncDisposableStack): Promise<string> {
  const waiting = { signal: AbortSignal.timeout(10_000) }
  const running: RunningService = await listen(app, { address: '127.0.0.1', port: 0 }, waiting)
  releasers.defer(() => running.close({ signal: AbortSignal.timeout(5_000) }))
  return `http://127.0.0.1:${running.addresses?.[0]?.port}`
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
