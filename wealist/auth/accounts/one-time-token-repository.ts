import type { AuthDatabase, AuthTransaction } from '../store.ts'

/** How long a link for a new password works. */
export const RESET_LIFETIME_MS = 60 * 60_000

/** Whose link it is: a sign-up's confirms the address, an account's sets a new password. */
export type TokenSubject = { readonly signUpId: string } | { readonly accountId: string }

export interface OneTimeToken {
  readonly hash: string
  readonly subject: TokenSubject
  readonly expiresAt: Date
}

export async function addOneTimeToken(tx: AuthTransaction, { hash, subject, expiresAt }: OneTimeToken): Promise<void> {
  const ids =
    'signUpId' in subject
      ? { sign_up_id: subject.signUpId, account_id: null }
      : { sign_up_id: null, account_id: subject.accountId }
  await tx
    .insertInto('one_time_tokens')
    .values({ hash, ...ids, expires_at: expiresAt })
    .execute()
}

/** @returns the sign-up whose link it is; undefined for an unknown, used or expired one, and for another purpose */
export async function findTokenSignUp(db: AuthDatabase, hash: string, now: Date): Promise<string | undefined> {
  const row = await db
    .selectFrom('one_time_tokens')
    .select('sign_up_id')
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row?.sign_up_id ?? undefined
}

/** @returns the account whose link it is; undefined for an unknown, used or expired one, and for another purpose */
export async function findTokenAccount(db: AuthDatabase, hash: string, now: Date): Promise<string | undefined> {
  const row = await db
    .selectFrom('one_time_tokens')
    .select('account_id')
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row?.account_id ?? undefined
}

/** Uses the link up: of two that come at once, one gets true. */
export async function takeOneTimeToken(tx: AuthTransaction, hash: string, now: Date): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('one_time_tokens')
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** All links of an account: its password has been changed. */
export async function removeAccountTokens(tx: AuthTransaction, accountId: string): Promise<void> {
  await tx.deleteFrom('one_time_tokens').where('account_id', '=', accountId).execute()
}
