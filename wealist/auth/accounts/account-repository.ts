import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { AuthSchema } from '../auth-schema.ts'
import type { AuthDatabase, AuthTransaction } from '../store.ts'
import type { Account } from './account.ts'

export async function findAccount(db: AuthDatabase, id: string): Promise<Account | undefined> {
  const row = await db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : accountOf(row)
}

export async function findAccountByEmail(db: AuthDatabase, email: string): Promise<Account | undefined> {
  const row = await db.selectFrom('accounts').selectAll().where('email', '=', email).executeTakeFirst()
  return row === undefined ? undefined : accountOf(row)
}

/** Holds the account until the transaction ends: its credentials stay as they are read here. */
export async function lockAccount(tx: AuthTransaction, id: string): Promise<Account | undefined> {
  const row = await tx.selectFrom('accounts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  return row === undefined ? undefined : accountOf(row)
}

/** @returns undefined when there is an account with this address already */
export async function addAccount(
  tx: AuthTransaction,
  { email, name, locale, passwordHash }: Omit<Account, 'id' | 'credentialVersion'>,
  now: Date,
): Promise<Account | undefined> {
  const row = await tx
    .insertInto('accounts')
    .values({ id: randomUUID(), email, name, locale, password_hash: passwordHash ?? null, created_at: now })
    .onConflict((conflict) => conflict.constraint('accounts_email').doNothing())
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : accountOf(row)
}

export async function setPassword(tx: AuthTransaction, id: string, passwordHash: string): Promise<void> {
  await tx.updateTable('accounts').set({ password_hash: passwordHash }).where('id', '=', id).execute()
  await advanceCredentials(tx, id)
}

/** The same password, hashed with today's work. Nothing happens when it was changed meanwhile. */
export async function replacePasswordHash(
  db: AuthDatabase,
  id: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ password_hash: to })
    .where('id', '=', id)
    .where('password_hash', '=', from)
    .execute()
}

/** Ends every sign-in that has begun and not ended. */
export async function advanceCredentials(tx: AuthTransaction, id: string): Promise<void> {
  await tx
    .updateTable('accounts')
    .set((eb) => ({ credential_version: eb('credential_version', '+', 1) }))
    .where('id', '=', id)
    .execute()
}

/** With everything that belongs to it. Idempotent. */
export async function removeAccount(tx: AuthTransaction, id: string): Promise<void> {
  await tx.deleteFrom('accounts').where('id', '=', id).execute()
}

function accountOf(row: Selectable<AuthSchema['accounts']>): Account {
  const { id, email, name, locale } = row
  const password = row.password_hash === null ? {} : { passwordHash: row.password_hash }
  return { id, email, name, locale, ...password, credentialVersion: row.credential_version }
}
