import type { ProvenAccount } from '../sessions/session-opening.ts'
import type { AuthDatabase, AuthTransaction } from '../store.ts'

/** After so many wrong codes the sign-in has to be started again. */
const FAILURE_LIMIT = 5

export interface ChallengeDraft {
  readonly hash: string
  readonly account: ProvenAccount
  readonly expiresAt: Date
}

export async function addChallenge(db: AuthDatabase, { hash, account, expiresAt }: ChallengeDraft): Promise<void> {
  const { id, credentialVersion } = account
  await db
    .insertInto('second_factor_challenges')
    .values({ hash, account_id: id, credential_version: credentialVersion, expires_at: expiresAt })
    .execute()
}

export async function findChallenge(db: AuthDatabase, hash: string, now: Date): Promise<ProvenAccount | undefined> {
  const row = await db
    .selectFrom('second_factor_challenges')
    .select(['account_id', 'credential_version'])
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .where('failure_count', '<', FAILURE_LIMIT)
    .executeTakeFirst()
  return row === undefined ? undefined : { id: row.account_id, credentialVersion: row.credential_version }
}

/** Counts a wrong code before it is known to be one; at the limit nobody can try any more. */
export async function countTry(tx: AuthTransaction, hash: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('second_factor_challenges')
    .set((eb) => ({ failure_count: eb('failure_count', '+', 1) }))
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .where('failure_count', '<', FAILURE_LIMIT)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function removeChallenge(tx: AuthTransaction, hash: string): Promise<void> {
  await tx.deleteFrom('second_factor_challenges').where('hash', '=', hash).execute()
}
