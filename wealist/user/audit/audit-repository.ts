import type { UserDatabase, UserTransaction } from '../store.ts'
import type { AuditEntry, NewAuditEntry } from './audit-entry.ts'

/** In the transaction that does it: nothing is done without its entry, and no entry stands for what was not done. */
export async function addAuditEntry(tx: UserTransaction, entry: NewAuditEntry): Promise<void> {
  const { workspaceId: workspace_id, at, actorId: actor_id, action, details = {} } = entry
  const subject = { user_id: entry.userId ?? null, invitation_id: entry.invitationId ?? null }
  const row = { workspace_id, at, actor_id, action, ...subject, details: JSON.stringify(details) }
  await tx.insertInto('audit_entries').values(row).execute()
}

export interface AuditPage {
  /** Only older entries; the newest when absent. */
  readonly before?: string
  readonly limit: number
}

/** The newest first. */
export async function listAuditEntries(
  db: UserDatabase,
  workspaceId: string,
  { before, limit }: AuditPage,
): Promise<readonly AuditEntry[]> {
  const page = entries(db).where('entry.workspace_id', '=', workspaceId).orderBy('entry.id', 'desc').limit(limit)
  const rows = await (before === undefined ? page : page.where('entry.id', '<', before)).execute()
  return rows.map(entryOf)
}

/** What somebody has done, in every workspace that still exists, the oldest first: for the export of their data. */
export async function listEntriesOfActor(db: UserDatabase, actorId: string): Promise<readonly AuditEntry[]> {
  const rows = await entries(db).where('entry.actor_id', '=', actorId).orderBy('entry.id').execute()
  return rows.map(entryOf)
}

function entries(db: UserDatabase) {
  return db
    .selectFrom('audit_entries as entry')
    .leftJoin('profiles as actor', 'actor.user_id', 'entry.actor_id')
    .leftJoin('profiles as subject', 'subject.user_id', 'entry.user_id')
    .leftJoin('invitations', 'invitations.id', 'entry.invitation_id')
    .select(['entry.id', 'entry.workspace_id', 'entry.at', 'entry.actor_id', 'entry.action', 'entry.details'])
    .select(['entry.user_id', 'entry.invitation_id', 'invitations.email'])
    .select(['actor.name as actor_name', 'subject.name as user_name'])
}

function entryOf(row: Awaited<ReturnType<ReturnType<typeof entries>['execute']>>[number]): AuditEntry {
  const { id, workspace_id: workspaceId, at, actor_id: actorId, action, details } = row
  return {
    id,
    workspaceId,
    at,
    actorId,
    action,
    details,
    ...(row.user_id === null ? {} : { userId: row.user_id }),
    ...(row.invitation_id === null ? {} : { invitationId: row.invitation_id }),
    ...(row.actor_name === null ? {} : { actorName: row.actor_name }),
    ...(row.user_name === null ? {} : { userName: row.user_name }),
    ...(row.email === null ? {} : { email: row.email }),
  }
}
