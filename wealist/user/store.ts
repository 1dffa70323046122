import { errorCode, errorMessage, isAppError, type Waiting } from '@portolan/errors'
import { type Pool, withTransaction } from '@portolan/postgres'
import type { Kysely, Transaction } from 'kysely'
import { storeUnavailable } from './errors.ts'
import type { UserSchema } from './user-schema.ts'

export type UserDatabase = Kysely<UserSchema>
export type UserTransaction = Transaction<UserSchema>

/** user_db: read by `db`, changed by `change`, for as long as the service lives. */
export interface Store {
  readonly db: UserDatabase
  /** Committed when `work` resolves; runs again after a conflict, so `work` has no other effect. */
  readonly change: <Result>(work: (tx: UserTransaction) => Promise<Result>) => Promise<Result>
}

/** @param waiting its signal ends what waits between two attempts */
export function storeOf(pool: Pool<UserSchema>, { signal }: Waiting): Store {
  return { db: pool.db, change: (work) => withTransaction(pool, work, { signal }) }
}

/** The name of the constraint that the database refused a statement by. */
export function violatedConstraint(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('constraint' in error)) return undefined
  return typeof error.constraint === 'string' ? error.constraint : undefined
}

// Connection exceptions, no resources left, and the server going down (PostgreSQL, Appendix A).
const AWAY_SQLSTATE = /^(08|53|57P)/
const AWAY_CODE = /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/
// pg has no code for a connection that ends in the middle of a query.
const AWAY_WORDS = /^Connection terminated|^Client has encountered a connection error|not queryable/

/** An error as the caller gets it: what only says that a store is away becomes USER_STORE_UNAVAILABLE. */
export function explainStoreFailure(error: unknown): unknown {
  const code = errorCode(error) ?? ''
  const isAway = isAppError(error)
    ? error.status >= 503 && /^(POSTGRES|BUS|OBJECTS)_/.test(code)
    : AWAY_SQLSTATE.test(code) || AWAY_CODE.test(code) || AWAY_WORDS.test(errorMessage(error))
  return isAway ? storeUnavailable(error) : error
}
