import { openTestDatabase, type TestDatabase, type TestPostgres } from '@portolan/postgres/testing'
import { openRegistry, type RegistryOptions } from './open-registry.ts'
import type { Registry } from './registry.ts'

export { type CrashReport, type CrashRunOptions, type KillablePostgres, runCrashes } from './crash/crash-run.ts'

export interface TestRegistry extends AsyncDisposable {
  readonly registry: Registry
  readonly databaseUrl: string
  /** Time as the registry sees it; it stands still. */
  readonly clock: { now: Date }
}

export type TestRegistryOptions = Omit<RegistryOptions, 'databaseUrl' | 'now'> & { readonly template?: TestDatabase }

const LIMIT_MS = 30_000

/** A registry in a database of its own, with one host `seoul-1`. Disposing closes it and drops the database. */
export async function openTestRegistry(server: TestPostgres, options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const { template, ...rest } = options
  const signal = AbortSignal.timeout(LIMIT_MS)
  await using releasers = new AsyncDisposableStack()
  const database = releasers.use(await openTestDatabase(server, template === undefined ? {} : { template }))
  const clock = { now: new Date('2026-03-02T09:00:00Z') }
  const databaseUrl = database.url
  const registry = releasers.use(await openRegistry({ ...rest, databaseUrl, now: () => clock.now }, { signal }))
  await registry.declareHost({ name: 'seoul-1', addresses: ['192.0.2.1'] }, { signal })
  const owned = releasers.move()
  return { registry, databaseUrl, clock, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
