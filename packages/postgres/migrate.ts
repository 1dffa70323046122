import { type AppError, errorMessage, type Waiting } from '@portolan/errors'
import { type Kysely, sql, type Transaction } from 'kysely'
import { formatHolder } from './advisory-lock.ts'
import { lockTimeout, migrationFailed } from './errors.ts'
import { countApplied, type Fingerprint, fingerprintOf, type Migration, type Migrations } from './migration.ts'
import type { MigrationTables } from './migration-repository.ts'
import * as repository from './migration-repository.ts'
import type { Pool } from './pool.ts'
import { describeServerError } from './server-error.ts'

export interface MigrateOptions extends Waiting {
  /** The longest wait for another process that migrates, and for tables in use; a minute unless said otherwise. */
  readonly lockTimeoutMs?: number
}

export interface MigrateResult {
  /** What this call applied, in order; empty when the database was up to date, or another process was faster. */
  readonly appliedNames: readonly string[]
}

const DEFAULTS = { lockTimeoutMs: 60_000 } as const satisfies Partial<MigrateOptions>

/** The server waits in slices, so that a signal is obeyed within one. */
const WAIT_SLICE_MS = 500

/**
 * Applies what is missing, in order, each step in one transaction together with its record, under a lock of the
 * database. Every step looks at the recorded history again, so two processes may share the work.
 * @throws POSTGRES_MIGRATION_EDITED, POSTGRES_MIGRATION_REMOVED, POSTGRES_MIGRATION_REORDERED before anything is
 *   applied; POSTGRES_MIGRATION_FAILED with that step rolled back; POSTGRES_LOCK_TIMEOUT;
 *   POSTGRES_MIGRATIONS_INVALID when a source file cannot be read
 */
export async function migrate<Schema>(
  pool: Pool<Schema>,
  migrations: Migrations,
  { signal, lockTimeoutMs = DEFAULTS.lockTimeoutMs }: MigrateOptions,
): Promise<MigrateResult> {
  const { history, steps } = migrations
  const declared = await Promise.all(steps.map((step) => fingerprintOf(history, step)))
  const db = pool.dbFor<unknown>()
  const appliedNames: string[] = []
  if (await isUpToDate(db.withTables<MigrationTables>(), history, declared)) return { appliedNames }
  for (;;) {
    const work = (tx: Transaction<unknown>): Promise<string | undefined> =>
      applyNext(tx, migrations, { declared, lockTimeoutMs })
    const name = await withLock(db, work, { signal, lockTimeoutMs })
    if (name === undefined) return { appliedNames }
    appliedNames.push(name)
  }
}

/** Without the lock: of many replicas that start at once, most have nothing to wait for. */
async function isUpToDate(
  db: Kysely<MigrationTables>,
  history: string,
  declared: readonly Fingerprint[],
): Promise<boolean> {
  if (!(await repository.doesHistoryExist(db))) return declared.length === 0
  const applied = await repository.listApplied(db, history)
  return countApplied(history, { declared, applied }) === declared.length
}

type Locked<Result> = { readonly isLocked: true; readonly result: Result } | { readonly isLocked: false }

async function withLock<Result>(
  db: Kysely<unknown>,
  work: (tx: Transaction<unknown>) => Promise<Result>,
  { signal, lockTimeoutMs }: Required<MigrateOptions>,
): Promise<Result> {
  const limitAt = performance.now() + lockTimeoutMs
  for (;;) {
    signal.throwIfAborted()
    const remainingMs = Math.max(1, Math.ceil(limitAt - performance.now()))
    const outcome = await db.transaction().execute(async (tx): Promise<Locked<Result>> => {
      const isLocked = await repository.tryLockMigrations(
        tx.withTables<MigrationTables>(),
        Math.min(WAIT_SLICE_MS, remainingMs),
      )
      return isLocked ? { isLocked, result: await work(tx) } : { isLocked }
    })
    if (outcome.isLocked) return outcome.result
    if (performance.now() >= limitAt) {
      throw lockTimeout(
        'migrations',
        formatHolder(await repository.findMigrationsHolder(db.withTables<MigrationTables>())),
        undefined,
      )
    }
  }
}

interface Plan {
  readonly declared: readonly Fingerprint[]
  readonly lockTimeoutMs: number
}

/** @returns the name of the applied step, undefined when none is left */
async function applyNext(
  tx: Transaction<unknown>,
  { history, steps }: Migrations,
  { declared, lockTimeoutMs }: Plan,
): Promise<string | undefined> {
  const records = tx.withTables<MigrationTables>()
  await repository.setLockTimeout(records, lockTimeoutMs)
  await repository.ensureHistory(records)
  const appliedCount = countApplied(history, { declared, applied: await repository.listApplied(records, history) })
  const step = steps[appliedCount]
  const fingerprint = declared[appliedCount]
  if (step === undefined || fingerprint === undefined) return undefined
  try {
    await runStep(tx, step)
  } catch (cause) {
    throw stepFailure(history, step, cause)
  }
  await repository.recordMigration(records, history, { ...fingerprint, ordinal: appliedCount + 1 })
  return step.name
}

async function runStep(tx: Transaction<unknown>, step: Migration): Promise<void> {
  const records = tx.withTables<MigrationTables>()
  const before = await repository.getTransactionId(records)
  if ('sql' in step) await sql.raw(step.sql).execute(tx)
  else await step.up(tx)
  await repository.checkDeferredConstraints(records)
  if ((await repository.getTransactionId(records)) !== before) {
    throw new Error('it ended its transaction itself (COMMIT or ROLLBACK), so it may be applied in part')
  }
}

function stepFailure(history: string, step: Migration, cause: unknown): AppError {
  const { reason, details } = describeServerError(cause, 'sql' in step ? step.sql : undefined) ?? {
    reason: errorMessage(cause),
    details: {},
  }
  return migrationFailed({ history, name: step.name, reason, details, cause })
}
