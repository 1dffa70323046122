import { type Selectable, sql } from 'kysely'
import type { GrantableRole } from '../members/permissions.ts'
import type { UserDatabase, UserTransaction } from '../store.ts'
import type { UserSchema } from '../user-schema.ts'
import type { Invitation } from './invitation.ts'

/** An invitation is dropped from lists so long after its end. */
const SHOWN_AFTER_END = sql`interval '7 days'`

export async function addInvitation(tx: UserTransaction, invitation: Invitation, tokenHash: string): Promise<void> {
  const { id, workspaceId, email, role, createdBy, createdAt, expiresAt, useLimit } = invitation
  await tx
    .insertInto('invitations')
    .values({
      id,
      role,
      workspace_id: workspaceId,
      token_hash: tokenHash,
      email: email ?? null,
      use_limit: useLimit,
      created_by: createdBy,
      created_at: createdAt,
      expires_at: expiresAt,
    })
    .execute()
}

export async function findInvitationByToken(db: UserDatabase, tokenHash: string): Promise<Invitation | undefined> {
  const row = await db.selectFrom('invitations').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
  return row === undefined ? undefined : invitationOf(row)
}

export async function findInvitation(
  db: UserDatabase,
  workspaceId: string,
  id: string,
): Promise<Invitation | undefined> {
  const query = db.selectFrom('invitations').selectAll().where('workspace_id', '=', workspaceId).where('id', '=', id)
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : invitationOf(row)
}

/** Of one address there is no more than one. */
export async function findOpenInvitationFor(
  db: UserDatabase,
  { workspaceId, email }: { readonly workspaceId: string; readonly email: string },
  now: Date,
): Promise<Invitation | undefined> {
  const query = db.selectFrom('invitations').selectAll().where('workspace_id', '=', workspaceId)
  const row = await query
    .where('email', '=', email)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .whereRef('use_count', '<', 'use_limit')
    .executeTakeFirst()
  return row === undefined ? undefined : invitationOf(row)
}

export interface ListedInvitation extends Invitation {
  /** Absent when the account has been removed. */
  readonly createdByName?: string
}

/** The newest first, without those that ended some time ago. */
export async function listInvitations(
  db: UserDatabase,
  workspaceId: string,
  now: Date,
): Promise<readonly ListedInvitation[]> {
  const rows = await db
    .selectFrom('invitations')
    .leftJoin('profiles', 'profiles.user_id', 'invitations.created_by')
    .selectAll('invitations')
    .select('profiles.name as created_by_name')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`least(revoked_at, expires_at) > ${now}::timestamptz - ${SHOWN_AFTER_END}`)
    .orderBy('invitations.created_at', 'desc')
    .orderBy('invitations.id')
    .execute()
  return rows.map(({ created_by_name: createdByName, ...row }) => {
    return { ...invitationOf(row), ...(createdByName === null ? {} : { createdByName }) }
  })
}

export interface InvitationPreview {
  readonly workspaceName: string
  /** Null when the account has been removed. */
  readonly inviterName: string | null
}

export async function findInvitationPreview(db: UserDatabase, id: string): Promise<InvitationPreview | undefined> {
  return db
    .selectFrom('invitations')
    .innerJoin('workspaces', 'workspaces.id', 'invitations.workspace_id')
    .leftJoin('profiles', 'profiles.user_id', 'invitations.created_by')
    .select(['workspaces.name as workspaceName', 'profiles.name as inviterName'])
    .where('invitations.id', '=', id)
    .executeTakeFirst()
}

/** What somebody has made, for the export of their data. */
export async function listInvitationsBy(db: UserDatabase, userId: string): Promise<readonly Invitation[]> {
  const query = db.selectFrom('invitations').selectAll().where('created_by', '=', userId).orderBy('created_at')
  return (await query.execute()).map(invitationOf)
}

export async function countOpenInvitations(db: UserDatabase, workspaceId: string, now: Date): Promise<number> {
  const { count } = await db
    .selectFrom('invitations')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .whereRef('use_count', '<', 'use_limit')
    .executeTakeFirstOrThrow()
  return count
}

/** Idempotent. */
export async function revokeInvitation(db: UserDatabase, id: string, at: Date): Promise<void> {
  const change = db.updateTable('invitations').set({ revoked_at: at })
  await change.where('id', '=', id).where('revoked_at', 'is', null).execute()
}

/** A new invitation for an address takes the place of the one before. */
export async function revokeInvitationsFor(
  tx: UserTransaction,
  { workspaceId, email }: { readonly workspaceId: string; readonly email: string },
  at: Date,
): Promise<void> {
  const change = tx.updateTable('invitations').set({ revoked_at: at }).where('workspace_id', '=', workspaceId)
  await change
    .where('email', '=', email)
    .where('revoked_at', 'is', null)
    .whereRef('use_count', '<', 'use_limit')
    .execute()
}

export interface ExcessiveInvitations {
  readonly workspaceId: string
  readonly userId: string
  /** What the maker may still hand out. */
  readonly roles: readonly GrantableRole[]
  readonly at: Date
}

/** An invitation lasts no longer than its maker's right to make it. */
export async function revokeExcessiveInvitations(
  tx: UserTransaction,
  { workspaceId, userId, roles, at }: ExcessiveInvitations,
): Promise<void> {
  const change = tx
    .updateTable('invitations')
    .set({ revoked_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('created_by', '=', userId)
    .where('revoked_at', 'is', null)
  await (roles.length === 0 ? change : change.where('role', 'not in', [...roles])).execute()
}

export async function countUse(
  tx: UserTransaction,
  { id }: Pick<Invitation, 'id'>,
  { userId, at }: { readonly userId: string; readonly at: Date },
): Promise<void> {
  await tx
    .updateTable('invitations')
    .set((expression) => ({ use_count: expression('use_count', '+', 1) }))
    .where('id', '=', id)
    .execute()
  await tx
    .insertInto('invitation_uses')
    .values({ invitation_id: id, user_id: userId, used_at: at })
    .onConflict((conflict) => conflict.doNothing()) // who left and comes back by the same link
    .execute()
}

/** What is known of an address that asks to be forgotten, and by whom what was used. */
export async function forgetInvited(
  tx: UserTransaction,
  { userId, email }: { readonly userId: string; readonly email: string },
): Promise<void> {
  await tx.deleteFrom('invitations').where('email', '=', email).execute()
  await tx.deleteFrom('invitation_uses').where('user_id', '=', userId).execute()
}

function invitationOf(row: Selectable<UserSchema['invitations']>): Invitation {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    role: row.role,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    useLimit: row.use_limit,
    useCount: row.use_count,
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  }
}
