import type { SealedKey } from '@portolan/identity'
import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../store.ts'

export async function listSigningKeys(db: AuthDatabase): Promise<readonly SealedKey[]> {
  const rows = await db.selectFrom('signing_keys').selectAll().orderBy('created_at').orderBy('kid').execute()
  return rows.map(({ kid, sealed, created_at }) => ({ kid, sealed, createdAt: created_at }))
}

/** Until the transaction ends, nobody else adds a key: of several replicas that see one due, one makes it. */
export async function holdSigningKeys(tx: AuthTransaction): Promise<void> {
  await sql`LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE`.execute(tx)
}

export async function addSigningKey(tx: AuthTransaction, { kid, sealed, createdAt }: SealedKey): Promise<void> {
  await tx.insertInto('signing_keys').values({ kid, sealed, created_at: createdAt }).execute()
}

export async function removeSigningKeys(tx: AuthTransaction, kids: readonly string[]): Promise<void> {
  if (kids.length > 0) await tx.deleteFrom('signing_keys').where('kid', 'in', kids).execute()
}
