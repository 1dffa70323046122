import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, type Waiting } from '@portolan/errors'
import type { IsolationLevel, Transaction } from 'kysely'
import { transactionConflict } from './errors.ts'
import type { Pool } from './pool.ts'

export interface TransactionOptions extends Waiting {
  /** PostgreSQL's default, read committed, unless said otherwise. */
  readonly isolationLevel?: IsolationLevel
  /** How often it may run altogether; 6 unless said otherwise. */
  readonly attemptLimit?: number
}

const DEFAULTS = { attemptLimit: 6 } as const satisfies Partial<TransactionOptions>

/** serialization_failure and deadlock_detected: the server asks for another try (PostgreSQL, §13.5). */
const RETRIED_SQLSTATES = new Set(['40001', '40P01'])
const BACKOFF = { firstMs: 10, limitMs: 500 } as const

/**
 * Runs `work` in a transaction: committed when it resolves, rolled back when it rejects. On a serialization failure
 * or a deadlock the whole of it runs again, after a random delay that grows; so it must wait for nothing but the
 * database and have no other effect. The signal ends it between attempts, not a statement that runs.
 * @throws POSTGRES_TRANSACTION_CONFLICT after the last attempt; what `work` throws, as it is
 */
export async function withTransaction<Schema, Result>(
  pool: Pool<Schema>,
  work: (tx: Transaction<Schema>) => Promise<Result>,
  { signal, isolationLevel, attemptLimit = DEFAULTS.attemptLimit }: TransactionOptions,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted()
    try {
      const transaction = pool.db.transaction()
      const isolated = isolationLevel === undefined ? transaction : transaction.setIsolationLevel(isolationLevel)
      return await isolated.execute(work)
    } catch (cause) {
      if (!isConflict(cause)) throw cause
      if (attempt >= attemptLimit) throw transactionConflict(attempt, cause)
    }
    await delay(backoffMs(attempt, Math.random()), undefined, { signal })
  }
}

/** "Full jitter": between nothing and the grown delay, so that those who collided do not meet again. */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(BACKOFF.limitMs, BACKOFF.firstMs * 2 ** attempt)
}

/** A repository may have given the server's error a code of its own and kept it as the cause. */
function isConflict(error: unknown): boolean {
  if (RETRIED_SQLSTATES.has(errorCode(error) ?? '')) return true
  return error instanceof Error && error.cause !== undefined && isConflict(error.cause)
}
