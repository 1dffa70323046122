import type { Waiting } from '@portolan/errors'
import type { Observer } from '@portolan/observe'
import { migrate, openPool, withTransaction } from '@portolan/postgres'
import { type Band, DEFAULT_BANDS } from './band.ts'
import type { BlockedPorts } from './blocked-ports.ts'
import { checkBandsRequest } from './declarations.ts'
import { HostLanes } from './host-lanes.ts'
import { addBandsIfNone } from './host-repository.ts'
import { HostWatch } from './host-watch.ts'
import { REGISTRY_MIGRATIONS } from './migrations.ts'
import { Registry } from './registry.ts'
import type { RegistrySchema } from './registry-schema.ts'
import { explainStoreFailure } from './store-failure.ts'

export interface RegistryOptions {
  readonly databaseUrl: string
  /** Who looks at a host; each of them has to answer before something is allocated there. Nobody unless said. */
  readonly observersOf?: (host: { readonly name: string }) => readonly Observer[]
  /** The bands of a registry that has none yet; CodeB's unless said otherwise. */
  readonly bands?: readonly Band[]
  /** Ports that are never allocated, beside those that browsers refuse, that are well known, or ephemeral. */
  readonly blocked?: readonly BlockedPorts[]
  /** How long released ports are kept for their last project alone; 10 minutes unless said otherwise. */
  readonly quarantineMs?: number
  /** How long an idempotency key is remembered; 24 hours unless said otherwise. */
  readonly answerTtlMs?: number
  /** The oldest look at a host that still serves; 1 second unless said otherwise. */
  readonly viewMaxAgeMs?: number
  /** How long an observer may take before the host is unknown; 10 seconds unless said otherwise. */
  readonly observerTimeoutMs?: number
  /** The most requests about one host that are written together. */
  readonly batchLimit?: number
  /** Connections to the database. A host needs one at a time. */
  readonly poolSizeLimit?: number
  readonly now?: () => Date
}

const DEFAULTS = {
  observersOf: () => [],
  bands: DEFAULT_BANDS,
  blocked: [],
  quarantineMs: 600_000,
  answerTtlMs: 86_400_000,
  viewMaxAgeMs: 1_000,
  observerTimeoutMs: 10_000,
  batchLimit: 128,
  poolSizeLimit: 8,
  now: () => new Date(),
} as const satisfies Partial<RegistryOptions>

/** A statement that waits for a host's row waits for another registry's batch: milliseconds, unless that one hangs. */
const STATEMENT_LIMIT_MS = 15_000

/**
 * Opens the registry in a database, and brings its tables there first when they are missing.
 * @throws REGISTRY_STORE_UNAVAILABLE, REGISTRY_BANDS_INVALID; POSTGRES_MIGRATION_* and POSTGRES_URL_INVALID
 */
export async function openRegistry(options: RegistryOptions, { signal }: Waiting): Promise<Registry> {
  const settings = { ...DEFAULTS, ...options }
  const { bands, blocked, now, quarantineMs, answerTtlMs, viewMaxAgeMs, batchLimit } = settings
  checkBandsRequest({ bands })
  await using releasers = new AsyncDisposableStack()
  const poolOptions = {
    sizeLimit: settings.poolSizeLimit,
    statementTimeoutMs: STATEMENT_LIMIT_MS,
    applicationName: 'portolan-registry',
  }
  try {
    const pool = releasers.use(await openPool<RegistrySchema>(settings.databaseUrl, poolOptions, { signal }))
    await migrate(pool, REGISTRY_MIGRATIONS, { signal })
    await withTransaction(pool, (tx) => addBandsIfNone(tx, bands), { signal })
    releasers.move() // from here the registry owns the pool
    const ending = new AbortController()
    const lanes = new HostLanes(pool, { now, batchLimit, answerTtlMs, blocked, signal: ending.signal })
    const { observersOf, observerTimeoutMs: answerTimeoutMs } = settings
    const watch = new HostWatch({ observersOf, viewMaxAgeMs, answerTimeoutMs, now, signal: ending.signal })
    return new Registry({ pool, lanes, watch, now, quarantineMs, answerTtlMs, blocked, ending })
  } catch (error) {
    throw explainStoreFailure(error, 'reading')
  }
}
