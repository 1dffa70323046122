import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Waiting } from '@portolan/errors'
import { RemoteDoor, type RuleInput } from '@portolan/operations'
import { DEFAULT_SETTINGS, openRegistryServer } from '@portolan/registry-server'
import { listen } from '@portolan/service'
import pino from 'pino'
import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { type ServerEngine, StandInEngine } from './stand-in-engine.ts'
import { openStoryDatabase } from './story-database.ts'

const TABLE = Type.Object({
  host: Type.String(),
  address: Type.String(),
  ports: Type.Array(Type.Object({ port: Type.Integer(), container: Type.String(), project: Type.String() })),
})
const RULES = Type.Array(
  Type.Object({
    container: Type.String(),
    project: Type.String(),
    environment: Type.String(),
    kind: Type.Optional(Type.String()),
    purpose: Type.Optional(Type.String()),
  }),
)

/** One of the two servers, as it stood. */
export type ServerTable = Static<typeof TABLE>

/** Two servers and a registry that looks at both of them, all on this machine, and gone afterwards. */
export interface StoryWorld extends AsyncDisposable {
  /** The copy of the files that the story changes. */
  readonly folder: string
  readonly tables: readonly ServerTable[]
  readonly rules: readonly RuleInput[]
  readonly url: string
  readonly adminKey: string
  /** The registry over HTTP, with the admin's key. */
  readonly door: RemoteDoor
  engineOf(host: string): ServerEngine
}

const SERVERS = ['app-server', 'storage-server'] as const
const BEFORE = path.join(import.meta.dirname, 'before')

export interface StoryWorldOptions extends Waiting {
  /** Where real containers are to be had: the engine of a server. Without it sockets stand in for them. */
  readonly openEngine?: ((host: string) => Promise<ServerEngine>) | undefined
}

export async function openStoryWorld({ signal, openEngine }: StoryWorldOptions): Promise<StoryWorld> {
  await using releasers = new AsyncDisposableStack()
  // Short, for the path of a Unix socket may have 104 characters at most.
  const root = await mkdtemp(path.join(tmpdir(), 'codeb-'))
  releasers.defer(() => rm(root, { recursive: true, force: true }))
  const folder = path.join(root, 'files')
  await mkdir(folder)
  await cp(BEFORE, folder, { recursive: true })
  const tables: ServerTable[] = []
  for (const name of SERVERS) tables.push(await readJson(path.join(folder, name, 'used-ports.json'), TABLE))
  const engines = new Map<string, ServerEngine>()
  const standIn = (host: string) => StandInEngine.open(path.join(root, `${host}.sock`))
  for (const { host, ports } of tables) {
    const engine = releasers.use(await (openEngine ?? standIn)(host))
    engines.set(host, engine)
    for (const row of ports) await engine.run(row, {})
  }
  const database = releasers.use(await openStoryDatabase(path.join(root, 'database'), { signal }))
  const adminKey = randomBytes(24).toString('hex')
  const url = releasers.use(await serve({ tables, engines, databaseUrl: database.url, adminKey }, { signal })).url
  const rules = await readJson(path.join(import.meta.dirname, 'rules.json'), RULES)
  const owned = releasers.move()
  return {
    folder,
    tables,
    rules,
    url,
    adminKey,
    door: new RemoteDoor({ url, key: adminKey }),
    engineOf: (host) => engineIn(engines, host),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

interface Serving {
  readonly tables: readonly ServerTable[]
  readonly engines: ReadonlyMap<string, ServerEngine>
  readonly databaseUrl: string
  readonly adminKey: string
}

/** A real registry, which looks at each server through its container engine's socket. */
async function serve({ tables, engines, databaseUrl, adminKey }: Serving, { signal }: Waiting) {
  await using releasers = new AsyncDisposableStack()
  const hosts = tables.map(({ host, address }) => ({
    draft: { name: host, addresses: [address] },
    kernel: false,
    ssh: undefined,
    engines: [{ socket: engineIn(engines, host).socketPath }],
  }))
  const settings = { ...DEFAULT_SETTINGS, hosts }
  const logger = pino({ level: 'silent' })
  const server = releasers.use(await openRegistryServer({ databaseUrl, adminKey, logger, settings }, { signal }))
  const running = await listen(server.app, { address: '127.0.0.1', port: 0 }, { signal })
  const owned = releasers.move()
  const port = running.addresses?.[0]?.port ?? 0
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function engineIn(engines: ReadonlyMap<string, ServerEngine>, host: string): ServerEngine {
  const engine = engines.get(host)
  if (engine === undefined) throw new TypeError(`There is no server "${host}" in the story.`)
  return engine
}

async function readJson<Schema extends TSchema>(file: string, schema: Schema): Promise<Static<Schema>> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (Check(schema, value)) return value
  throw new TypeError(`"${file}" is not as the story expects it.`)
}
