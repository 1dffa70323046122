import { randomUUID } from 'node:crypto'
import type { PersonalTokenGrant, Scope } from '@portolan/identity'
import { type Selectable, sql } from 'kysely'
import type { AuthSchema } from '../auth-schema.ts'
import type { AuthDatabase, AuthTransaction } from '../store.ts'
import type { PersonalToken } from './personal-token.ts'

/** How exact `lastUsedAt` is: not a write for each request. */
const USE_NOTED_EVERY_MS = 60_000

export interface PersonalTokenDraft {
  readonly userId: string
  readonly hash: string
  readonly hint: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | undefined
}

export async function addPersonalToken(
  tx: AuthTransaction,
  { userId, hash, hint, name, scopes, expiresAt }: PersonalTokenDraft,
  now: Date,
): Promise<PersonalToken> {
  const values = { id: randomUUID(), account_id: userId, hash, hint, name, created_at: now }
  const row = await tx
    .insertInto('personal_tokens')
    .values({ ...values, scopes: sql<readonly Scope[]>`${scopes}::text[]`, expires_at: expiresAt ?? null })
    .returningAll()
    .executeTakeFirstOrThrow()
  return personalTokenOf(row)
}

export async function countPersonalTokens(db: AuthDatabase, userId: string): Promise<number> {
  const { count } = await db
    .selectFrom('personal_tokens')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('account_id', '=', userId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The newest first, expired ones too: their owner may wonder why they stopped working. */
export async function listPersonalTokens(db: AuthDatabase, userId: string): Promise<readonly PersonalToken[]> {
  const rows = await db
    .selectFrom('personal_tokens')
    .selectAll()
    .where('account_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(personalTokenOf)
}

/** @returns false when it is not one of this person's */
export async function removePersonalToken(
  db: AuthDatabase,
  { id, userId }: { readonly id: string; readonly userId: string },
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('personal_tokens')
    .where('id', '=', id)
    .where('account_id', '=', userId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** All of them: somebody else may have made one. */
export async function removePersonalTokens(tx: AuthTransaction, userId: string): Promise<void> {
  await tx.deleteFrom('personal_tokens').where('account_id', '=', userId).execute()
}

/** What a token allows now; notes that it is used. */
export async function findGrant(db: AuthDatabase, hash: string, now: Date): Promise<PersonalTokenGrant | undefined> {
  const row = await db
    .selectFrom('personal_tokens')
    .select(['id', 'account_id', 'scopes', 'expires_at', 'last_used_at'])
    .where('hash', '=', hash)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { id, account_id: userId, scopes, expires_at: expiresAt, last_used_at: lastUsedAt } = row
  if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= USE_NOTED_EVERY_MS) {
    await db.updateTable('personal_tokens').set({ last_used_at: now }).where('id', '=', id).execute()
  }
  return { tokenId: id, userId, scopes, ...(expiresAt === null ? {} : { expiresAt }) }
}

function personalTokenOf(row: Selectable<AuthSchema['personal_tokens']>): PersonalToken {
  const { id, name, hint, scopes, created_at: createdAt, expires_at: expiresAt, last_used_at: lastUsedAt } = row
  return {
    id,
    name,
    hint,
    scopes,
    createdAt,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(lastUsedAt === null ? {} : { lastUsedAt }),
  }
}
