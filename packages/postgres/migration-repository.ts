import { errorCode } from '@portolan/errors'
import { CompiledQuery, type Generated, type Kysely, sql, type Transaction } from 'kysely'
import { HOLDER_SQL, LOCK_CLASS, LOCK_NOT_AVAILABLE, LOCKS, type LockHolder } from './advisory-lock.ts'
import type { Fingerprint } from './migration.ts'

// An alias, not an interface: kysely's withTables wants an index signature, which only aliases have implicitly.
export type MigrationTables = {
  readonly portolan_migrations: {
    readonly history: string
    readonly ordinal: number
    readonly name: string
    readonly checksum: string
    readonly applied_at: Generated<Date>
  }
}

/**
 * Takes the lock until the end of the transaction, so that no crash and no pooled connection keeps it.
 * @returns false when another holds it beyond the time; the transaction then is unusable
 */
export async function tryLockMigrations(tx: Transaction<MigrationTables>, waitMs: number): Promise<boolean> {
  await setLockTimeout(tx, waitMs)
  try {
    await sql`select pg_advisory_xact_lock(${LOCK_CLASS}::int, ${LOCKS.migrations}::int)`.execute(tx)
    return true
  } catch (error) {
    if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error
    return false
  }
}

export async function setLockTimeout(tx: Transaction<MigrationTables>, limitMs: number): Promise<void> {
  await sql`select set_config('lock_timeout', ${`${limitMs}ms`}, true)`.execute(tx)
}

export async function findMigrationsHolder(db: Kysely<MigrationTables>): Promise<LockHolder | undefined> {
  const query = CompiledQuery.raw(HOLDER_SQL, [LOCK_CLASS, LOCKS.migrations])
  const { rows } = await db.executeQuery<LockHolder>({ ...query, query: query.query })
  return rows[0]
}

/**
 * Only a hint: the server looks the name up in a cache that it refreshes at the start of a transaction or when it
 * locks a table, but not while it waits for an advisory lock.
 */
export async function doesHistoryExist(db: Kysely<MigrationTables>): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass('portolan_migrations') is not null as found`.execute(db)
  return rows[0]?.found === true
}

export async function ensureHistory(tx: Transaction<MigrationTables>): Promise<void> {
  await sql`
    create table if not exists portolan_migrations (
      history text not null,
      ordinal integer not null check (ordinal > 0),
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now(),
      primary key (history, ordinal),
      unique (history, name)
    )`.execute(tx)
}

export async function listApplied(db: Kysely<MigrationTables>, history: string): Promise<readonly Fingerprint[]> {
  return db
    .selectFrom('portolan_migrations')
    .select(['name', 'checksum'])
    .where('history', '=', history)
    .orderBy('ordinal')
    .execute()
}

export async function recordMigration(
  tx: Transaction<MigrationTables>,
  history: string,
  { name, checksum, ordinal }: Fingerprint & { readonly ordinal: number },
): Promise<void> {
  await tx.insertInto('portolan_migrations').values({ history, ordinal, name, checksum }).execute()
}

export async function getTransactionId(tx: Transaction<MigrationTables>): Promise<string> {
  const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(tx)
  return rows[0]?.id ?? ''
}

/** Deferred constraints would speak only at the commit, where nobody knows any more which migration it was. */
export async function checkDeferredConstraints(tx: Transaction<MigrationTables>): Promise<void> {
  await sql`set constraints all immediate`.execute(tx)
}
