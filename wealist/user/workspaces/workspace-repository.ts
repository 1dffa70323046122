import { sql } from 'kysely'
import type { UserDatabase, UserTransaction } from '../store.ts'
import type { JoinedWorkspace, Workspace } from './workspace.ts'

const MEMBER_COUNT = sql<number>`(SELECT count(*)::int FROM members AS every WHERE every.workspace_id = workspaces.id)`

export async function addWorkspace(tx: UserTransaction, { id, name, createdAt }: Workspace): Promise<void> {
  await tx.insertInto('workspaces').values({ id, name, created_at: createdAt }).execute()
}

/**
 * Holds the workspace until the transaction ends. Whatever changes its members, its invitations or its name begins
 * with this, so that each of them sees the outcome of the one before.
 */
export async function findLockedWorkspace(tx: UserTransaction, id: string): Promise<Workspace | undefined> {
  const query = tx.selectFrom('workspaces').selectAll().where('id', '=', id)
  const row = await query.forUpdate().executeTakeFirst()
  return row === undefined ? undefined : { id: row.id, name: row.name, createdAt: row.created_at }
}

export async function listJoinedWorkspaces(db: UserDatabase, userId: string): Promise<readonly JoinedWorkspace[]> {
  const rows = await joinedWorkspaces(db, userId)
    .orderBy(sql`lower(workspaces.name)`)
    .orderBy('workspaces.id')
    .execute()
  return rows.map(({ created_at: createdAt, ...row }) => ({ ...row, createdAt }))
}

export async function findJoinedWorkspace(
  db: UserDatabase,
  workspaceId: string,
  userId: string,
): Promise<JoinedWorkspace | undefined> {
  const row = await joinedWorkspaces(db, userId).where('workspaces.id', '=', workspaceId).executeTakeFirst()
  if (row === undefined) return undefined
  const { created_at: createdAt, ...rest } = row
  return { ...rest, createdAt }
}

export async function countOwnedWorkspaces(db: UserDatabase, userId: string): Promise<number> {
  const { count } = await db
    .selectFrom('members')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('user_id', '=', userId)
    .where('role', '=', 'owner')
    .executeTakeFirstOrThrow()
  return count
}

export async function renameWorkspace(tx: UserTransaction, id: string, name: string): Promise<void> {
  await tx.updateTable('workspaces').set({ name }).where('id', '=', id).execute()
}

/** With its members, invitations and audit log. */
export async function deleteWorkspace(tx: UserTransaction, id: string): Promise<void> {
  await tx.deleteFrom('workspaces').where('id', '=', id).execute()
}

function joinedWorkspaces(db: UserDatabase, userId: string) {
  return db
    .selectFrom('members')
    .innerJoin('workspaces', 'workspaces.id', 'members.workspace_id')
    .select(['workspaces.id', 'workspaces.name', 'workspaces.created_at', 'members.role'])
    .select(MEMBER_COUNT.as('memberCount'))
    .where('members.user_id', '=', userId)
}
