import type { Waiting } from '@portolan/errors'
import { migrate, openPool, withTransaction } from '@portolan/postgres'
import { DEFAULT_BANDS } from './band.ts'
import { checkBandsRequest } from './declarations.ts'
import { HostLanes } from './host-lanes.ts'
import { addBandsIfNone } from './host-repository.ts'
import { HostWatch } from './host-watch.ts'
import { REGISTRY_MIGRATIONS } from './migrations.ts'
import type { RegistryOptions } from './open-registry.ts'
import { Registry } from './registry.ts'
import type { RegistrySchema } from './registry-schema.ts'
import { explainStoreFailure } from './store-failure.ts'

const DEFAULTS = {
  observersOf: () => [],
  bands: DEFAULT_BANDS,
  blocked: [],
  quarantineMs: 600_000,
  claimsPerProject: Infinity,
  answerTtlMs: 86_400_000,
  viewMaxAgeMs: 1_000,
  observerTimeoutMs: 10_000,
  batchLimit: 128,
  poolSizeLimit: 8,
  now: () => new Date(),
} as const satisfies Partial<RegistryOptions>

/** A statement that waits for a host's row waits for another registry's batch: milliseconds, unless that one hangs. */
const STATEMENT_LIMIT_MS = 15_000

/** @throws what `openRegistry` throws */
export async function openFromDatabase(options: RegistryOptions, { signal }: Waiting): Promise<Registry> {
  const settings = { ...DEFAULTS, ...options }
  const { bands, blocked, now, quarantineMs, answerTtlMs, viewMaxAgeMs } = settings
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
    const { batchLimit, claimsPerProject } = settings
    const limits = { batchLimit, claimsPerProject, answerTtlMs }
    const lanes = new HostLanes(pool, { ...limits, now, blocked, signal: ending.signal })
    const { observersOf, observerTimeoutMs: answerTimeoutMs } = settings
    const watch = new HostWatch({ observersOf, viewMaxAgeMs, answerTimeoutMs, now, signal: ending.signal })
    return new Registry({ pool, lanes, watch, now, quarantineMs, answerTtlMs, blocked, ending })
  } catch (error) {
    throw explainStoreFailure(error, 'reading')
  }
}
