import { randomBytes, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatPostgresUrl, openConnection } from '@portolan/postgres'
import { vi } from 'vitest'
import type { StackCopy } from '../stack-copy.ts'
import { memberOf } from './api-answer.ts'
import { ApiPerson, type PersonFacts, type WorkspaceRole } from './api-person.ts'
import { type LinkKind, type Mail, Outbox } from './outbox.ts'
import { listApiPaths, openWealistStack, type WealistStackOptions } from './wealist-stack.ts'

/** For `beforeAll`: a cold start makes a database first, and shares the machine. */
export const WORLD_START_MS = 120_000

const ROLES = { auth_db: 'auth_user', user_db: 'user_user' } as const
const LOG_WAIT = { timeout: 10_000, interval: 50 } as const
/** What auth logs of each mail in place of a mail server, link and all: that is what the file outbox is for. */
const OUTBOX_LINE = '"a mail was written to a file'

/**
 * weAlist as it runs, on ports of its own, and the people who use it. One for a test file:
 *
 * ```ts
 * let world: WealistWorld
 * beforeAll(async () => { world = await openWealistWorld() }, WORLD_START_MS)
 * afterAll(() => world[Symbol.asyncDispose]())
 *
 * test('…', async () => {
 *   const owner = await world.signedIn()
 *   const id = await owner.createWorkspace()
 *   const guest = await world.join(owner, id, 'guest')
 *   expect((await guest.get(`/api/users/workspaces/${id}/audit`)).code).toBe('IDENTITY_ROLE_TOO_LOW')
 * })
 * ```
 */
export class WealistWorld implements AsyncDisposable {
  readonly copy: StackCopy
  readonly outbox: Outbox
  readonly #secrets = new Set<string>()
  #personCount = 0

  constructor(copy: StackCopy) {
    this.copy = copy
    this.outbox = new Outbox(copy.data.serviceFolder('auth'))
  }

  /** Where browsers reach it. */
  get origin(): string {
    return this.copy.address
  }

  /** Every mail that was ever sent. */
  mails(): Promise<readonly Mail[]> {
    return this.outbox.mails()
  }

  /** Waits for the next mail to that address with a link of that kind. */
  linkOf(email: string, kind: LinkKind): Promise<URL> {
    return this.outbox.linkOf(email, kind)
  }

  /** Somebody who has never been here. */
  person(facts: Partial<PersonFacts> = {}): ApiPerson {
    this.#personCount += 1
    const name = `Person ${this.#personCount}`
    const email = `person${this.#personCount}@example.com`
    const password = randomBytes(18).toString('base64url') // one of its own, so that a log can be searched for it
    return new ApiPerson({ email, name, password, locale: 'en', ...facts }, this)
  }

  /** Somebody with an account, who is not signed in. */
  async signedUp(facts: Partial<PersonFacts> = {}): Promise<ApiPerson> {
    const person = this.person(facts)
    ;(await person.signUp()).expect(202)
    ;(await person.verify()).expect(200)
    return person
  }

  /** Somebody with an account, a session and a profile. */
  async signedIn(facts: Partial<PersonFacts> = {}): Promise<ApiPerson> {
    const person = await this.signedUp(facts)
    ;(await person.signIn()).expect(200)
    ;(await person.get('/api/users/me')).expect(200)
    return person
  }

  /** Somebody new who has joined a workspace by a link of its owner's. */
  async join(owner: ApiPerson, workspaceId: string, role: WorkspaceRole = 'member'): Promise<ApiPerson> {
    const person = await this.signedIn()
    ;(await person.accept(await owner.inviteByLink(workspaceId, role))).expect(200)
    return person
  }

  /** Runs SQL in a database of a service: for what only time or an accident would bring about. */
  async query(database: keyof typeof ROLES, sql: string, values: unknown[] = []): Promise<readonly unknown[]> {
    const user = ROLES[database]
    const place = { host: '127.0.0.1', port: this.copy.port(5432), database, user }
    const url = formatPostgresUrl({ ...place, password: await this.stackSecret(`postgres/${user}`) })
    await using connection = await openConnection(url, { signal: AbortSignal.timeout(10_000) })
    const { rows } = await connection.client.query(sql, values)
    return rows
  }

  /** One that the stack has made for itself: `secret/service-key`, `secret/auth-secret`, `postgres/<role>`. */
  async stackSecret(name: string): Promise<string> {
    const secret = memberOf(JSON.parse(await readFile(this.copy.data.secretsFile, 'utf8')), name)
    if (typeof secret !== 'string') throw new Error(`The stack has no secret "${name}".`)
    return secret
  }

  /** From now on `secretsInLogs` looks for it. */
  keepSecret(text: string): void {
    this.#secrets.add(text)
  }

  /** The log lines that hold a secret which was ever used here, each once; there should be none. */
  async secretsInLogs(): Promise<readonly string[]> {
    await this.#haveLogsArrived()
    const own: unknown = JSON.parse(await readFile(this.copy.data.secretsFile, 'utf8'))
    const secrets = [...this.#secrets, ...Object.values(Object(own)).map(String)]
    const lines = (await this.#logLines()).filter((line) => !line.includes(OUTBOX_LINE))
    return lines.filter((line) => secrets.some((secret) => line.includes(secret)))
  }

  /** Stops the stack and removes all that was there. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.copy[Symbol.asyncDispose]()
  }

  /** A line needs a moment from the process that prints it to its file; what is behind it came after it. */
  async #haveLogsArrived(): Promise<void> {
    const id = randomUUID()
    const headers = { 'x-request-id': id }
    for (const path of await listApiPaths()) await this.person().send(`GET ${path}/openapi.json`, { headers })
    const services = (await listApiPaths()).length
    await vi.waitFor(async () => {
      const lines = (await this.#logLines()).filter((line) => line.includes(id))
      if (lines.length < 2 * services) throw new Error('The logs of the gateway and the services are not up to date.')
    }, LOG_WAIT)
  }

  async #logLines(): Promise<readonly string[]> {
    const { logs } = this.copy.data
    const texts = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), 'utf8')))
    return texts.join('\n').split('\n')
  }
}

/** Starts weAlist and waits until all of it is healthy. Disposing stops it. */
export async function openWealistWorld(options: WealistStackOptions = {}): Promise<WealistWorld> {
  const copy = await openWealistStack(options)
  try {
    await copy.up()
    return new WealistWorld(copy)
  } catch (error) {
    await copy[Symbol.asyncDispose]()
    throw error
  }
}
