import type { AuthDatabase, AuthTransaction } from '../store.ts'

/** The app of an account; it counts only once a code of it has been seen. */
export interface TotpEntry {
  readonly sealed: string
  readonly isConfirmed: boolean
  /** The time step of the last code that was taken: it and the ones before it are not taken again. */
  readonly lastStep: number | undefined
}

export async function hasTotp(db: AuthDatabase, accountId: string): Promise<boolean> {
  const row = await db
    .selectFrom('totp_secrets')
    .select('account_id')
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** Holds it until the transaction ends: of two equal codes that come at once, one is taken. */
export async function lockTotp(tx: AuthTransaction, accountId: string): Promise<TotpEntry | undefined> {
  const row = await tx
    .selectFrom('totp_secrets')
    .selectAll()
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  const lastStep = row.last_step === null ? undefined : Number(row.last_step)
  return { sealed: row.sealed, isConfirmed: row.confirmed_at !== null, lastStep }
}

/**
 * Begins the set-up anew, as often as one likes until it is confirmed.
 * @returns false when a confirmed one is there
 */
export async function beginTotp(tx: AuthTransaction, accountId: string, sealed: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('totp_secrets')
    .values({ account_id: accountId, sealed, last_step: null, confirmed_at: null })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet({ sealed }).where('totp_secrets.confirmed_at', 'is', null),
    )
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function confirmTotp(tx: AuthTransaction, accountId: string, now: Date): Promise<void> {
  await tx.updateTable('totp_secrets').set({ confirmed_at: now }).where('account_id', '=', accountId).execute()
}

export async function recordStep(tx: AuthTransaction, accountId: string, step: number): Promise<void> {
  await tx.updateTable('totp_secrets').set({ last_step: step }).where('account_id', '=', accountId).execute()
}

/** With the recovery codes. */
export async function removeTotp(tx: AuthTransaction, accountId: string): Promise<void> {
  await tx.deleteFrom('totp_secrets').where('account_id', '=', accountId).execute()
}

export async function replaceRecoveryCodes(
  tx: AuthTransaction,
  accountId: string,
  hashes: readonly string[],
): Promise<void> {
  await tx.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute()
  await tx
    .insertInto('recovery_codes')
    .values(hashes.map((hash) => ({ account_id: accountId, hash })))
    .execute()
}

/** @returns true when it was one of the account's; then it is gone */
export async function takeRecoveryCode(tx: AuthTransaction, accountId: string, hash: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('recovery_codes')
    .where('account_id', '=', accountId)
    .where('hash', '=', hash)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export async function countRecoveryCodes(db: AuthDatabase, accountId: string): Promise<number> {
  const { count } = await db
    .selectFrom('recovery_codes')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return Number(count)
}
