import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import {
  ACCESS_COOKIE,
  createPasswordHasher,
  type PasswordHasher,
  REFRESH_COOKIE,
  ServiceTokens,
} from '@portolan/identity'
import { TestClock } from '@portolan/identity/testing'
import { AnswerChecker } from '@portolan/openapi/testing'
import { openTestDatabase, openTestPostgres, type TestDatabase, type TestPostgres } from '@portolan/postgres/testing'
import { listen } from '@portolan/service'
import { pino } from 'pino'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { expect } from 'vitest'
import { type AuthOptions, type OpenedAuth, openAuth } from './auth.ts'
import { smtpTransport } from './mail/smtp-transport.ts'

export const PUBLIC_ORIGIN = 'http://localhost:3000'
export const PASSWORD = 'correct horse battery'
export const SECRET = 'a secret of auth that only tests know about'
const SERVICE_KEY = 'a key of services that only tests know about'
/** Fast, and still argon2id. */
const TEST_WORK = { memoryKib: 64, passCount: 1, parallelism: 1 } as const

/** A real SMTP server that keeps what it gets, and can be told to refuse. */
export class TestMailServer implements AsyncDisposable {
  readonly mails: Email[] = []
  readonly raw: string[] = []
  /** The answer to every recipient from now on, such as 451 or 550; undefined takes them. */
  refusal: number | undefined
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => {
      done(this.refusal === undefined ? null : Object.assign(new Error('Refused'), { responseCode: this.refusal }))
    },
    onData: (stream, _session, done) => {
      void this.#keep(stream).finally(done) // what cannot be read is missing in `mails`, and the test says so
    },
  })

  async open(): Promise<void> {
    this.#server.on('error', () => undefined) // a client that breaks off is nothing a test looks at
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server.server, 'listening')
  }

  get url(): string {
    const address = this.#server.server.address()
    if (address === null || typeof address === 'string') throw new Error('The mail server is not open.')
    return `smtp://127.0.0.1:${address.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#server.close(() => closed.resolve())
    await closed.promise
  }

  async #keep(stream: Readable): Promise<void> {
    const content = Buffer.concat(await stream.toArray())
    this.raw.push(content.toString())
    this.mails.push(await PostalMime.parse(content))
  }
}

export interface TestRequest {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const checkers = new Map<string, Promise<AnswerChecker>>()

/** Every answer that a test gets has to be as the document of the service says. */
function answerCheckerOf(origin: string): Promise<AnswerChecker> {
  const known = checkers.get(origin)
  if (known !== undefined) return known
  const checker = AnswerChecker.fetch(`${origin}/api/auth/openapi.json`)
  checkers.set(origin, checker)
  return checker
}

/** A browser, or rather its cookie jar. Each of its answers is held against the service's document. */
export class TestBrowser {
  readonly cookies = new Map<string, string>()
  readonly #origin: string
  readonly #address: string

  /** @param origin where auth listens @param address what the gateway says that the browser's address is */
  constructor(origin: string, address: string) {
    this.#origin = origin
    this.#address = address
  }

  get accessToken(): string {
    return this.cookies.get(ACCESS_COOKIE) ?? ''
  }

  get refreshToken(): string {
    return this.cookies.get(REFRESH_COOKIE) ?? ''
  }

  /** Another browser that has the same cookies. */
  copy(): TestBrowser {
    const other = new TestBrowser(this.#origin, this.#address)
    for (const [name, value] of this.cookies) other.cookies.set(name, value)
    return other
  }

  async send(method: string, path: string, { body, headers = {} }: TestRequest = {}): Promise<TestAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(this.#origin + path, {
      method,
      redirect: 'manual',
      headers: {
        origin: PUBLIC_ORIGIN,
        'x-forwarded-for': this.#address,
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    this.keep(answer.headers.getSetCookie())
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json') === true
    const answered: unknown = isJson ? JSON.parse(text) : text
    const checker = await answerCheckerOf(this.#origin)
    checker.check({ method, path, status: answer.status, headers: answer.headers, body: answered })
    return new TestAnswer(answer, answered)
  }

  /** What a browser does with `Set-Cookie`, as far as it matters here. */
  keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (line.includes('Max-Age=0')) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }

  post(path: string, body?: unknown): Promise<TestAnswer> {
    return this.send('POST', `/api/auth${path}`, { body })
  }

  get(path: string): Promise<TestAnswer> {
    return this.send('GET', `/api/auth${path}`)
  }

  delete(path: string): Promise<TestAnswer> {
    return this.send('DELETE', `/api/auth${path}`)
  }

  signIn(email: string, password = PASSWORD): Promise<TestAnswer> {
    return this.post('/sign-in', { email, password })
  }
}

/** What came back; `body` is the parsed JSON, or the text. */
export class TestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown

  constructor(answer: Response, body: unknown) {
    this.status = answer.status
    this.headers = answer.headers
    this.body = body
  }

  /** A member that should be a text, by its path. */
  text(...path: readonly (string | number)[]): string {
    const value = this.value(...path)
    if (typeof value !== 'string') throw new Error(`"${path.join('.')}" is no text in ${JSON.stringify(this.body)}`)
    return value
  }

  /** A member that should be a list, by its path. */
  list(...path: readonly (string | number)[]): readonly unknown[] {
    const value = this.value(...path)
    if (!Array.isArray(value)) throw new Error(`"${path.join('.')}" is no list in ${JSON.stringify(this.body)}`)
    return value
  }

  value(...path: readonly (string | number)[]): unknown {
    return path.reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
      this.body,
    )
  }
}

export type WorldOptions = Partial<Omit<AuthOptions, 'logger'>>

/** Auth on a port of its own, with a real database, bus and mail server. */
export class AuthWorld implements AsyncDisposable {
  readonly clock = new TestClock()
  readonly mailServer: TestMailServer
  readonly log: string[] = []
  readonly serviceTokens = new ServiceTokens({ service: 'user', serviceKey: SERVICE_KEY, clock: this.clock })
  hashCount = 0
  readonly #database: TestDatabase
  readonly #releasers: AsyncDisposableStack
  #opened: { readonly auth: OpenedAuth; readonly origin: string } | undefined
  #browserCount = 0

  constructor(mailServer: TestMailServer, database: TestDatabase, releasers: AsyncDisposableStack) {
    this.mailServer = mailServer
    this.#database = database
    this.#releasers = releasers
  }

  get auth(): OpenedAuth {
    return this.#open().auth
  }

  get origin(): string {
    return this.#open().origin
  }

  get databaseUrl(): string {
    return this.#database.url
  }

  async open(options: WorldOptions): Promise<void> {
    this.#opened = await this.openReplica(options)
  }

  /** Another process of the same service, as far as the database and the bus can tell. */
  async openReplica(options: WorldOptions = {}): Promise<{ readonly auth: OpenedAuth; readonly origin: string }> {
    const signal = AbortSignal.timeout(60_000)
    const { url } = this.#database
    const logger = pino({ level: 'info' }, { write: (line: string) => void this.log.push(line) })
    const sender = { from: 'weAlist <no-reply@example.com>', domain: 'example.com' }
    const auth = await openAuth(
      {
        publicOrigin: PUBLIC_ORIGIN,
        databaseUrl: url,
        busUrl: url,
        serviceKey: SERVICE_KEY,
        secret: SECRET,
        transport: smtpTransport(this.mailServer.url, sender),
        providers: [],
        operators: ['operator@example.com'],
        attemptFactor: 1,
        hasher: this.#countingHasher(await createPasswordHasher(TEST_WORK)),
        lookEveryMs: 50,
        clock: this.clock,
        logger,
        ...options,
      },
      { signal: new AbortController().signal },
    )
    this.#releasers.use(auth)
    const running = await listen(auth.app, { address: '127.0.0.1', port: 0 }, { signal })
    this.#releasers.defer(() => running.close({ signal: AbortSignal.timeout(5_000) }))
    return { auth, origin: `http://127.0.0.1:${running.addresses?.[0]?.port}` }
  }

  /** In a network of its own, so that the limits of one test's browser are not another's. */
  browser(origin = this.origin): TestBrowser {
    this.#browserCount += 1
    return new TestBrowser(origin, `198.51.100.${this.#browserCount}`)
  }

  /** Signs up and confirms. @returns a browser that is not signed in yet */
  async signUp(email: string, { locale = 'en', name = 'Mina' } = {}): Promise<TestBrowser> {
    const browser = this.browser()
    const answer = await browser.post('/sign-up', { email, password: PASSWORD, name, locale })
    expect(answer.status).toBe(202)
    const token = tokenOf(await this.mailTo(email))
    expect((await browser.post('/email/verify', { token, password: PASSWORD })).status).toBe(200)
    return browser
  }

  /** @returns a browser that is signed in */
  async signedIn(email: string): Promise<TestBrowser> {
    const browser = await this.signUp(email)
    expect(await browser.signIn(email)).toMatchObject({ status: 200, body: { status: 'signed-in' } })
    return browser
  }

  /** Waits for the next mail to an address, and takes it out of the box. */
  async mailTo(email: string): Promise<Email> {
    const { mails } = this.mailServer
    const isTheirs = (mail: Email) => mail.to?.some(({ address }) => address === email) === true
    await expect.poll(() => mails.some(isTheirs), { interval: 10 }).toBe(true)
    const [mail] = mails.splice(mails.findIndex(isTheirs), 1)
    if (mail === undefined) throw new Error(`There is no mail to ${email}.`)
    return mail
  }

  /** Asks an internal endpoint as the user service does. */
  async internal(method: string, path: string, body?: unknown): Promise<TestAnswer> {
    const authorization = `Bearer ${await this.serviceTokens.issue('auth')}`
    return this.browser().send(method, `/internal${path}`, { body, headers: { authorization } })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#releasers.disposeAsync()
  }

  #open() {
    if (this.#opened === undefined) throw new Error('The world is not open.')
    return this.#opened
  }

  #countingHasher(hasher: PasswordHasher): Pick<PasswordHasher, 'hash' | 'verify'> {
    return {
      hash: (password) => {
        this.hashCount += 1
        return hasher.hash(password)
      },
      verify: (stored, password) => {
        this.hashCount += 1
        return hasher.verify(stored, password)
      },
    }
  }
}

/** One server for a test file, one world for as many tests as like it. */
export async function openAuthWorld(postgres: TestPostgres, options: WorldOptions = {}): Promise<AuthWorld> {
  await using releasers = new AsyncDisposableStack()
  const database = releasers.use(await openTestDatabase(postgres))
  const mailServer = releasers.use(new TestMailServer())
  await mailServer.open()
  const world = new AuthWorld(mailServer, database, releasers.move())
  try {
    await world.open(options)
    return world
  } catch (error) {
    await world[Symbol.asyncDispose]()
    throw error
  }
}

export { openTestPostgres, type TestPostgres }

/** The token in the link of a mail. */
export function tokenOf({ text = '' }: Email): string {
  return /#token=([\w-]+)/.exec(text)?.[1] ?? ''
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address.port
}
