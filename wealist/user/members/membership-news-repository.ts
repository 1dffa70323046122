import type { Role } from '@portolan/identity'
import type { UserDatabase } from '../store.ts'

/** A change of a membership that has not been announced yet, with what is true now. */
export interface MembershipNewsItem {
  readonly id: string
  readonly workspaceId: string
  readonly userId: string
  readonly role: Role | null
}

/** The oldest first. */
export async function listNews(db: UserDatabase, limit: number): Promise<readonly MembershipNewsItem[]> {
  const rows = await db
    .selectFrom('membership_news as news')
    .leftJoin('members', (join) =>
      join.onRef('members.workspace_id', '=', 'news.workspace_id').onRef('members.user_id', '=', 'news.user_id'),
    )
    .select(['news.id', 'news.workspace_id', 'news.user_id', 'members.role'])
    .orderBy('news.id')
    .limit(limit)
    .execute()
  return rows.map(({ id, workspace_id: workspaceId, user_id: userId, role }) => ({ id, workspaceId, userId, role }))
}

export async function deleteNews(db: UserDatabase, id: string): Promise<void> {
  await db.deleteFrom('membership_news').where('id', '=', id).execute()
}
