import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { migrate } from './migrate.ts'
import { defineMigrations, type Migration } from './migration.ts'
import { openPool, type Pool } from './pool.ts'
import { openTestDatabase, openTestPostgres } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })

const claims: Migration = { name: '0001-claims', sql: 'create table claim (id int primary key);' }
const hosts: Migration = { name: '0002-hosts', sql: 'create table host (id int);\ninsert into host values (1);' }
const slots: Migration = { name: '0003-slots', sql: 'create table slot (id int);' }

async function openEmptyPool(): Promise<{ pool: Pool<unknown>; url: string } & AsyncDisposable> {
  await using releasers = new AsyncDisposableStack()
  const { url } = releasers.use(await openTestDatabase(server))
  const pool = releasers.use(await openPool<unknown>(url, { applicationName: 'migrate test' }, waiting()))
  const owned = releasers.move()
  return { pool, url, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function tablesOf(pool: Pool<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(pool.db)
  return rows.map(({ name }) => name)
}

test('migrations are applied in order once, and later ones when they come', async () => {
  await using world = await openEmptyPool()
  const { pool } = world
  const first = await migrate(pool, defineMigrations('registry', [claims, hosts]), waiting())
  expect(first.appliedNames).toEqual(['0001-claims', '0002-hosts'])
  const second = await migrate(pool, defineMigrations('registry', [claims, hosts, slots]), waiting())
  expect(second.appliedNames).toEqual(['0003-slots'])
  const third = await migrate(pool, defineMigrations('registry', [claims, hosts, slots]), waiting())
  expect(third.appliedNames).toEqual([])
})

test('two histories share a database without knowing of each other', async () => {
  await using world = await openEmptyPool()
  const { pool } = world
  await migrate(pool, defineMigrations('board', [claims]), waiting())
  await migrate(pool, defineMigrations('live', [{ ...hosts, name: '0001-hosts' }]), waiting())
  expect(await migrate(pool, defineMigrations('board', [claims, slots]), waiting())).toEqual({
    appliedNames: ['0003-slots'],
  })
})

test.for([
  ['edited', [claims, { ...hosts, sql: `${hosts.sql} -- better` }, slots], 'POSTGRES_MIGRATION_EDITED', '0002-hosts'],
  ['removed', [claims, slots], 'POSTGRES_MIGRATION_REMOVED', '0002-hosts'],
  ['removed at the end', [claims], 'POSTGRES_MIGRATION_REMOVED', '0002-hosts'],
  [
    'preceded by a new one',
    [{ ...slots, name: '0000-slots' }, claims, hosts],
    'POSTGRES_MIGRATION_REORDERED',
    '0001-claims',
  ],
] as const)('a history that was %s is refused before anything is applied', async ([, steps, code, name]) => {
  await using world = await openEmptyPool()
  const { pool } = world
  await migrate(pool, defineMigrations('registry', [claims, hosts]), waiting())
  await expect(migrate(pool, defineMigrations('registry', steps), waiting())).rejects.toMatchObject({
    code,
    message: expect.stringContaining(name),
  })
  expect(await tablesOf(pool)).toEqual(['claim', 'host', 'portolan_migrations'])
})

test('line endings are no edit', async () => {
  await using world = await openEmptyPool()
  const { pool } = world
  await migrate(pool, defineMigrations('registry', [claims, hosts]), waiting())
  const checkedOut = { ...hosts, sql: hosts.sql.replaceAll('\n', '\r\n') }
  expect(await migrate(pool, defineMigrations('registry', [claims, checkedOut]), waiting())).toEqual({
    appliedNames: [],
  })
})

test('a migration that fails is undone as a whole, says where, and is done by the next run once repaired', async () => {
  await using world = await openEmptyPool()
  const { pool } = world
  const text = 'create table slot (id int);\ninsert into slot values (1);\nselect café from slot;'
  const broken = defineMigrations('registry', [claims, { name: '0002-slots', sql: text }])
  await expect(migrate(pool, broken, waiting())).rejects.toMatchObject({
    code: 'POSTGRES_MIGRATION_FAILED',
    message: expect.stringMatching(/"0002-slots".*column "café" does not exist \(42703\) at line 3, column 8/),
    details: { name: '0002-slots', sqlState: '42703', line: 3, columnInLine: 8 },
  })
  expect(await tablesOf(pool)).toEqual(['claim', 'portolan_migrations'])
  const repaired = defineMigrations('registry', [claims, { ...slots, name: '0002-slots' }])
  expect(await migrate(pool, repaired, waiting())).toEqual({ appliedNames: ['0002-slots'] })
})

test('a deferred constraint fails the migration that broke it', async () => {
  await using world = await openEmptyPool()
  const text =
    'create table node (id int primary key, next int references node deferrable initially deferred);' +
    'insert into node values (1, 2);'
  const broken = defineMigrations('registry', [{ name: '0001-nodes', sql: text }])
  await expect(migrate(world.pool, broken, waiting())).rejects.toMatchObject({
    code: 'POSTGRES_MIGRATION_FAILED',
    details: { name: '0001-nodes', constraint: 'node_next_fkey' },
  })
})

test('a migration that commits by itself is not recorded as applied', async () => {
  await using world = await openEmptyPool()
  const sneaky = defineMigrations('registry', [{ name: '0001-sneaky', sql: 'create table sneaky (id int); commit;' }])
  await expect(migrate(world.pool, sneaky, waiting())).rejects.toMatchObject({
    code: 'POSTGRES_MIGRATION_FAILED',
    message: expect.stringContaining('COMMIT'),
  })
})

test('code is hashed by the text of its file', async () => {
  await using world = await openEmptyPool()
  await using releasers = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'portolan-migration-'))
  releasers.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, '0001-seed.ts')
  await writeFile(file, 'export const seed = 1\n')
  const steps = [
    {
      name: '0001-seed',
      source: pathToFileURL(file).href,
      up: async (tx) => {
        await tx.schema.createTable('seed').addColumn('id', 'integer').execute()
        await tx.withTables<{ seed: { id: number } }>().insertInto('seed').values({ id: 7 }).execute()
      },
    },
  ] as const satisfies readonly Migration[]
  await migrate(world.pool, defineMigrations('registry', steps), waiting())
  await writeFile(file, 'export const seed = 2\n')
  const edited = migrate(world.pool, defineMigrations('registry', steps), waiting())
  await expect(edited).rejects.toMatchObject({ code: 'POSTGRES_MIGRATION_EDITED' })
})

test('of processes that migrate at once each step is applied by one', async () => {
  await using world = await openEmptyPool()
  const steps = Array.from({ length: 6 }, (_, index) => ({
    name: `000${index + 1}-step`,
    sql: `create table step_${index} (id int); select pg_sleep(0.01);`,
  }))
  const results = await Promise.all(
    Array.from({ length: 4 }, async () => {
      await using pool = await openPool<unknown>(world.url, {}, waiting())
      return await migrate(pool, defineMigrations('registry', steps), waiting())
    }),
  )
  expect(results.flatMap(({ appliedNames }) => appliedNames).sort()).toEqual(steps.map(({ name }) => name))
})

test('who holds the lock for too long is named, and an abort ends the wait', async () => {
  await using world = await openEmptyPool()
  await using holder = await openPool<unknown>(world.url, { applicationName: 'slow sibling' }, waiting())
  const locked = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const holding = holder.db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(1349481076, 1)`.execute(tx)
    locked.resolve()
    await done.promise
  })
  await locked.promise
  const migrations = defineMigrations('registry', [claims])
  await expect(migrate(world.pool, migrations, { ...waiting(), lockTimeoutMs: 50 })).rejects.toMatchObject({
    code: 'POSTGRES_LOCK_TIMEOUT',
    message: expect.stringMatching(/process \d+ \("slow sibling", idle in transaction/),
  })
  const aborter = new AbortController()
  const waited = expect(migrate(world.pool, migrations, { signal: aborter.signal })).rejects.toThrow('enough')
  aborter.abort(new Error('enough'))
  await waited
  done.resolve()
  await holding
  expect(await migrate(world.pool, migrations, waiting())).toEqual({ appliedNames: ['0001-claims'] })
})

test('a role that may only read and write finds an up-to-date database up to date', async () => {
  await using world = await openEmptyPool()
  const migrations = defineMigrations('registry', [claims])
  await migrate(world.pool, migrations, waiting())
  await sql`revoke create on schema public from public, pg_database_owner`.execute(world.pool.db).catch(() => undefined)
  expect(await migrate(world.pool, migrations, waiting())).toEqual({ appliedNames: [] })
})

test.for([
  ['twice', [claims, claims]],
  ['in descending order', [hosts, claims]],
  ['under a name without number', [{ ...claims, name: 'claims' }]],
  ['under two names with one number', [claims, { ...hosts, name: '0001-hosts' }]],
] as const)('a migration that is listed %s is refused', ([, steps]) => {
  expect(() => defineMigrations('registry', steps)).toThrow(
    expect.objectContaining({ code: 'POSTGRES_MIGRATIONS_INVALID' }),
  )
})
