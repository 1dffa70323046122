import { randomBytes } from 'node:crypto'
import { type InputOf, type OperationName, type OutputOf, RemoteDoor } from '@portolan/operations'
import { openTestDatabase, type TestPostgres } from '@portolan/postgres/testing'
import type { Registry } from '@portolan/registry'
import { listen } from '@portolan/service'
import pino from 'pino'
import { openRegistryServer } from './registry-server.ts'
import { DEFAULT_SETTINGS, type RegistrySettings } from './settings.ts'

const LIMIT_MS = 30_000

export interface TestRegistryServerOptions {
  readonly settings?: Partial<RegistrySettings>
  readonly now?: () => Date
}

export interface PostOptions {
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface PostedAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** A served registry on a free port of loopback. */
export interface TestRegistryServer extends AsyncDisposable {
  readonly url: string
  readonly adminKey: string
  readonly databaseUrl: string
  readonly registry: Registry
  /** Any request, as the admin unless another key or none (`''`) is given; a text is sent as it is. */
  post(path: string, body: unknown, options?: PostOptions): Promise<PostedAnswer>
  /** A key that the admin has made. */
  makeKey(draft: InputOf<'key_create'>): Promise<string>
  /** Asks as the admin. */
  call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>>
}

/**
 * A registry with one host `seoul-1` that nobody looks at, unless the settings say otherwise, in a database of its own.
 * Disposing ends it and drops the database.
 */
export async function openTestRegistryServer(
  server: TestPostgres,
  { settings = {}, now }: TestRegistryServerOptions = {},
): Promise<TestRegistryServer> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  await using releasers = new AsyncDisposableStack()
  const database = releasers.use(await openTestDatabase(server))
  const adminKey = randomBytes(24).toString('hex')
  const clock = now === undefined ? {} : { now }
  const hosts = [
    { draft: { name: 'seoul-1', addresses: ['192.0.2.1'] }, kernel: false, ssh: undefined, engines: [] },
  ] as const
  const given = { databaseUrl: database.url, adminKey, logger: pino({ level: 'silent' }), ...clock }
  const opened = await openRegistryServer(
    { ...given, settings: { ...DEFAULT_SETTINGS, hosts, ...settings } },
    { signal },
  )
  releasers.use(opened)
  const running = await listen(opened.app, { address: '127.0.0.1', port: 0 }, { signal })
  const url = `http://127.0.0.1:${running.addresses?.[0]?.port ?? 0}`
  const door = new RemoteDoor({ url, key: adminKey })
  const owned = releasers.move()
  const call: TestRegistryServer['call'] = (name, input) => door.call(name, input, { signal: waitingSignal() })
  return {
    url,
    adminKey,
    databaseUrl: database.url,
    registry: opened.registry,
    call,
    makeKey: async (draft) => (await call('key_create', draft)).key,
    post: (path, body, asked) => post(`${url}${path}`, body, { key: adminKey, ...asked }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function waitingSignal(): AbortSignal {
  return AbortSignal.timeout(LIMIT_MS)
}

async function post(url: string, body: unknown, { key = '', headers = {} }: PostOptions): Promise<PostedAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const proof: Record<string, string> = key === '' ? {} : { 'x-api-key': key }
  const sent = { 'content-type': 'application/json', ...proof, ...headers }
  const answer = await fetch(url, { method: 'POST', headers: sent, body: text, signal: waitingSignal() })
  const said = await answer.text()
  return { status: answer.status, headers: answer.headers, body: said === '' ? undefined : JSON.parse(said) }
}
