import type { UserDatabase, UserTransaction } from '../store.ts'

/** From now on no profile is made for the account, and auth is asked to remove it until it has. */
export async function addRemoval(tx: UserTransaction, userId: string, requestedAt: Date): Promise<void> {
  await tx.insertInto('account_removals').values({ user_id: userId, requested_at: requestedAt }).execute()
}

export async function listUnfinishedRemovals(db: UserDatabase, limit: number): Promise<readonly string[]> {
  const query = db.selectFrom('account_removals').select('user_id').where('finished_at', 'is', null)
  return (await query.orderBy('requested_at').limit(limit).execute()).map((row) => row.user_id)
}

export async function finishRemoval(db: UserDatabase, userId: string, finishedAt: Date): Promise<void> {
  await db.updateTable('account_removals').set({ finished_at: finishedAt }).where('user_id', '=', userId).execute()
}

/** Kept for a while after the end: a request that began before it may still be on its way. */
export async function forgetRemovals(db: UserDatabase, finishedBefore: Date): Promise<void> {
  await db.deleteFrom('account_removals').where('finished_at', '<', finishedBefore).execute()
}
