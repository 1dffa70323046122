import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { AuthSchema } from '../auth-schema.ts'
import type { AuthDatabase, AuthTransaction } from '../store.ts'
import type { SignUp } from './account.ts'

/** How long the link of a sign-up works. */
export const SIGN_UP_LIFETIME_MS = 24 * 60 * 60_000

/** @returns its id */
export async function addSignUp(
  tx: AuthTransaction,
  { email, name, locale, passwordHash, nextPath }: Omit<SignUp, 'id' | 'expiresAt'>,
  now: Date,
): Promise<string> {
  const id = randomUUID()
  const expiresAt = new Date(now.getTime() + SIGN_UP_LIFETIME_MS)
  const times = { created_at: now, expires_at: expiresAt }
  const values = { id, email, name, locale, password_hash: passwordHash, next_path: nextPath ?? null, ...times }
  await tx.insertInto('sign_ups').values(values).execute()
  return id
}

export async function findSignUp(db: AuthDatabase, id: string, now: Date): Promise<SignUp | undefined> {
  const row = await db
    .selectFrom('sign_ups')
    .selectAll()
    .where('id', '=', id)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row === undefined ? undefined : signUpOf(row)
}

/** There may be several of one address; the last one's password is the one that its owner remembers. */
export async function findLatestSignUp(db: AuthDatabase, email: string, now: Date): Promise<SignUp | undefined> {
  const row = await db
    .selectFrom('sign_ups')
    .selectAll()
    .where('email', '=', email)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? undefined : signUpOf(row)
}

/** With the links of them: the address has an account now. */
export async function removeSignUps(tx: AuthTransaction, email: string): Promise<void> {
  await tx.deleteFrom('sign_ups').where('email', '=', email).execute()
}

function signUpOf(row: Selectable<AuthSchema['sign_ups']>): SignUp {
  const { id, email, name, locale } = row
  const next = row.next_path === null ? {} : { nextPath: row.next_path }
  return { id, email, name, locale, passwordHash: row.password_hash, ...next, expiresAt: row.expires_at }
}
