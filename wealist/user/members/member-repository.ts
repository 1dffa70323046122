import type { Role } from '@portolan/identity'
import { sql } from 'kysely'
import { accountUnknown, ownerCount } from '../errors.ts'
import { type UserDatabase, type UserTransaction, violatedConstraint } from '../store.ts'
import type { ListedMember, Member } from './member.ts'

const OWNER_CONSTRAINTS: ReadonlySet<string | undefined> = new Set(['members_one_owner', 'workspaces_need_owner'])

/** What the database refused in a transaction that touched members, with its code; the rest as it is. */
export function explainMemberRefusal(error: unknown): unknown {
  const constraint = violatedConstraint(error)
  if (OWNER_CONSTRAINTS.has(constraint)) return ownerCount(error)
  if (constraint === 'members_profile') return accountUnknown() // the account is removed in this moment
  return error
}

export async function findRole(db: UserDatabase, workspaceId: string, userId: string): Promise<Role | undefined> {
  const query = db.selectFrom('members').select('role')
  const row = await query.where('workspace_id', '=', workspaceId).where('user_id', '=', userId).executeTakeFirst()
  return row?.role
}

export async function listMembers(db: UserDatabase, workspaceId: string): Promise<readonly ListedMember[]> {
  const rows = await db
    .selectFrom('members')
    .innerJoin('profiles', 'profiles.user_id', 'members.user_id')
    .select(['members.user_id', 'role', 'joined_at', 'name', 'email', 'avatar_id'])
    .where('workspace_id', '=', workspaceId)
    .orderBy(sql`array_position(array['owner', 'admin', 'member', 'guest'], role)`)
    .orderBy('joined_at')
    .orderBy('members.user_id')
    .execute()
  return rows.map(({ user_id: userId, role, joined_at: joinedAt, name, email, avatar_id: avatarId }) => {
    return { workspaceId, userId, role, joinedAt, name, email, ...(avatarId === null ? {} : { avatarId }) }
  })
}

/** Where somebody is a member. */
export async function listMemberships(db: UserDatabase, userId: string): Promise<readonly Member[]> {
  const query = db.selectFrom('members').select(['workspace_id', 'role']).where('user_id', '=', userId)
  const rows = await query.orderBy('joined_at').orderBy('workspace_id').execute()
  return rows.map(({ workspace_id: workspaceId, role }) => ({ workspaceId, userId, role }))
}

export async function shareWorkspace(db: UserDatabase, userId: string, otherId: string): Promise<boolean> {
  const row = await db
    .selectFrom('members as mine')
    .innerJoin('members as theirs', 'theirs.workspace_id', 'mine.workspace_id')
    .select('mine.workspace_id')
    .where('mine.user_id', '=', userId)
    .where('theirs.user_id', '=', otherId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function addMember(tx: UserTransaction, member: Member, joinedAt: Date): Promise<void> {
  const { workspaceId: workspace_id, userId: user_id, role } = member
  try {
    await tx.insertInto('members').values({ workspace_id, user_id, role, joined_at: joinedAt }).execute()
  } catch (error) {
    throw explainMemberRefusal(error)
  }
  await addNews(tx, [member])
}

export async function changeRole(tx: UserTransaction, member: Member): Promise<void> {
  const { workspaceId, userId, role } = member
  try {
    const change = tx.updateTable('members').set({ role })
    await change.where('workspace_id', '=', workspaceId).where('user_id', '=', userId).execute()
  } catch (error) {
    throw explainMemberRefusal(error)
  }
  await addNews(tx, [member])
}

export async function removeMember(
  tx: UserTransaction,
  { workspaceId, userId }: Pick<Member, 'workspaceId' | 'userId'>,
): Promise<void> {
  const removal = tx.deleteFrom('members').where('workspace_id', '=', workspaceId)
  await removal.where('user_id', '=', userId).execute()
  await addNews(tx, [{ workspaceId, userId }])
}

/** That somebody was removed by others; by leaving, nobody is. */
export async function recordRemoval(
  tx: UserTransaction,
  { workspaceId: workspace_id, userId: user_id }: Pick<Member, 'workspaceId' | 'userId'>,
  removed_at: Date,
): Promise<void> {
  await tx
    .insertInto('removals')
    .values({ workspace_id, user_id, removed_at })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'user_id']).doUpdateSet({ removed_at }))
    .execute()
}

/** @returns undefined for who was never removed */
export async function findRemoval(
  db: UserDatabase,
  { workspaceId, userId }: Pick<Member, 'workspaceId' | 'userId'>,
): Promise<Date | undefined> {
  const query = db.selectFrom('removals').select('removed_at').where('workspace_id', '=', workspaceId)
  return (await query.where('user_id', '=', userId).executeTakeFirst())?.removed_at
}

/** Everybody's membership ends with the workspace: to be said before it is deleted. */
export async function announceAll(tx: UserTransaction, workspaceId: string): Promise<void> {
  const members = tx.selectFrom('members').select(['workspace_id', 'user_id']).where('workspace_id', '=', workspaceId)
  await tx.insertInto('membership_news').columns(['workspace_id', 'user_id']).expression(members).execute()
}

/** Kept with the change itself, so that it is announced even when this process ends in between. */
async function addNews(tx: UserTransaction, changes: readonly Pick<Member, 'workspaceId' | 'userId'>[]): Promise<void> {
  const rows = changes.map(({ workspaceId: workspace_id, userId: user_id }) => ({ workspace_id, user_id }))
  await tx.insertInto('membership_news').values(rows).execute()
}
