import type { Waiting } from '@portolan/errors'
import { type Caller, LocalDoor } from '@portolan/operations'
import { LINUX_EPHEMERAL_RANGE } from '@portolan/ports'
import { migrate, openPool } from '@portolan/postgres'
import { bandName, explainStoreFailure, type Host, openRegistry, type Registry } from '@portolan/registry'
import type { App, Logger } from '@portolan/service'
import { buildApp } from './app.ts'
import { KeyRing } from './key-ring.ts'
import type { KeySchema } from './key-schema.ts'
import { REGISTRY_SERVER_MIGRATIONS } from './migrations.ts'
import { Observers } from './observers.ts'
import { DEFAULT_SETTINGS, type RegistrySettings } from './settings.ts'
import { Sweep } from './sweep.ts'

export interface RegistryServerOptions {
  readonly databaseUrl: string
  readonly settings?: RegistrySettings
  /** The first key: an admin's, of at least 32 characters. */
  readonly adminKey?: string
  readonly logger: Logger
  readonly now?: () => Date
}

/** A registry with its doors, which listens to nothing yet. Disposing ends all of it. */
export interface RegistryServer extends AsyncDisposable {
  readonly app: App
  readonly registry: Registry
}

const KEY_POOL = { sizeLimit: 2, statementTimeoutMs: 5_000, applicationName: 'portolan-registry-keys' } as const

/**
 * Opens a registry as the settings describe it: its hosts and bands are declared, its hosts are looked at, its timer runs.
 * @throws what `openRegistry` throws
 */
export async function openRegistryServer(options: RegistryServerOptions, { signal }: Waiting): Promise<RegistryServer> {
  const { databaseUrl, settings = DEFAULT_SETTINGS, adminKey, logger, now = () => new Date() } = options
  await using releasers = new AsyncDisposableStack()
  const observers = releasers.use(new Observers(settings.hosts))
  const observersOf = (host: { readonly name: string }) => observers.of(host)
  const { bands, blocked, quarantineMs, limits } = settings
  const limited = { blocked, quarantineMs, claimsPerProject: limits.claimsPerProject }
  const known = { databaseUrl, observersOf, ...limited, now, ...(bands === undefined ? {} : { bands }) }
  const registry = releasers.use(await openRegistry(known, { signal }))
  const keys = releasers.use(
    await openKeyRing({ databaseUrl, now, ...(adminKey === undefined ? {} : { adminKey }) }, { signal }),
  )
  await declareSettings(registry, settings, { signal })
  if (adminKey === undefined) await warnWithoutKeys(keys.ring, logger, { signal })
  releasers.use(new Sweep({ registry, keys: keys.ring, everyMs: settings.sweepEveryMs, logger }))
  const doorFor = (caller: Caller) => new LocalDoor({ registry, observersOf, caller, keys: keys.ring, now })
  const ready = { database: (waiting: Waiting) => registry.listHosts(waiting) }
  const app = await buildApp({ doorFor, keys: keys.ring, settings, ready, logger })
  releasers.defer(() => app.close())
  const owned = releasers.move()
  return { app, registry, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

interface KeyRingOptions {
  readonly databaseUrl: string
  readonly adminKey?: string
  readonly now: () => Date
}

async function openKeyRing(
  { databaseUrl, ...rest }: KeyRingOptions,
  { signal }: Waiting,
): Promise<AsyncDisposable & { readonly ring: KeyRing }> {
  await using releasers = new AsyncDisposableStack()
  try {
    const pool = releasers.use(await openPool<KeySchema>(databaseUrl, KEY_POOL, { signal }))
    await migrate(pool, REGISTRY_SERVER_MIGRATIONS, { signal })
    const owned = releasers.move()
    return { ring: new KeyRing(pool, rest), [Symbol.asyncDispose]: () => owned.disposeAsync() }
  } catch (error) {
    throw explainStoreFailure(error, 'reading')
  }
}

const ACTOR = { actor: 'settings', reason: 'it is declared in the settings' } as const

/** Only what differs is declared, so that a restart is no event in the history. */
async function declareSettings(
  registry: Registry,
  { hosts, bands }: RegistrySettings,
  waiting: Waiting,
): Promise<void> {
  for (const { draft } of hosts) {
    const known = await registry.findHost(draft.name, waiting)
    if (known === undefined || !isDeclared(known, draft)) await registry.declareHost({ ...draft, ...ACTOR }, waiting)
  }
  if (bands === undefined) return
  const text = (list: typeof bands) => list.map((band) => `${bandName(band)} ${band.range.first}-${band.range.last}`)
  const before = text(await registry.listBands(waiting)).toSorted()
  if (before.join() !== text(bands).toSorted().join()) await registry.declareBands({ bands, ...ACTOR }, waiting)
}

type Draft = RegistrySettings['hosts'][number]['draft']

function isDeclared(known: Host, draft: Draft): boolean {
  const { addresses = [], ephemeralRange = LINUX_EPHEMERAL_RANGE } = draft
  const range = ephemeralRange === 'none' ? undefined : ephemeralRange
  return JSON.stringify([known.addresses, known.ephemeralRange]) === JSON.stringify([addresses, range])
}

async function warnWithoutKeys(ring: KeyRing, logger: Logger, waiting: Waiting): Promise<void> {
  const keys = await ring.list(waiting)
  if (keys.some(({ role, revokedAt }) => role === 'admin' && revokedAt === undefined)) return
  logger.warn('nobody can ask anything: there is no key of an admin. Set REGISTRY_ADMIN_KEY and start again.')
}
