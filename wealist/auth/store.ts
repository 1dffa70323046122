import type { Waiting } from '@portolan/errors'
import { type Pool, withTransaction } from '@portolan/postgres'
import type { Kysely, Transaction } from 'kysely'
import type { AuthSchema } from './auth-schema.ts'

export type AuthDatabase = Kysely<AuthSchema>
export type AuthTransaction = Transaction<AuthSchema>

/** auth_db: read by `db`, changed by `change`, for as long as the service lives. */
export interface Store {
  readonly db: AuthDatabase
  /** Committed when `work` resolves; runs again after a conflict, so `work` has no other effect. */
  change<Result>(work: (tx: AuthTransaction) => Promise<Result>): Promise<Result>
}

/** @param waiting its signal ends what waits between two attempts */
export function storeOf(pool: Pool<AuthSchema>, { signal }: Waiting): Store {
  return { db: pool.db, change: (work) => withTransaction(pool, work, { signal }) }
}
