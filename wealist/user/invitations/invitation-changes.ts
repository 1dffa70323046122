import { randomUUID } from 'node:crypto'
import type { AppError, Waiting } from '@portolan/errors'
import type { Role } from '@portolan/identity'
import { addAuditEntry } from '../audit/audit-repository.ts'
import {
  accountUnknown,
  emailUnverified,
  invitationAfterRemoval,
  invitationForeign,
  invitationLimit,
  invitationUnknown,
  notAllowed,
} from '../errors.ts'
import { addMember, explainMemberRefusal, findRemoval, findRole } from '../members/member-repository.ts'
import { type GrantableRole, mayGrant } from '../members/permissions.ts'
import type { Profile } from '../profiles/profile.ts'
import { changeProfile } from '../profiles/profile-repository.ts'
import type { UserTransaction } from '../store.ts'
import type { UserParts } from '../user-parts.ts'
import { type Actor, enterWorkspace, requirePermission } from '../workspaces/workspace-access.ts'
import { findLockedWorkspace } from '../workspaces/workspace-repository.ts'
import { type Invitation, invitationRefusal } from './invitation.ts'
import {
  addInvitation,
  countOpenInvitations,
  countUse,
  findInvitation,
  findInvitationByToken,
  findOpenInvitationFor,
  revokeInvitation,
  revokeInvitationsFor,
} from './invitation-repository.ts'
import { createInvitationToken, hashInvitationToken, invitationPath } from './invitation-token.ts'

const OPEN_LIMIT = 500
const DAY_MS = 86_400_000

export interface InvitationRequest {
  readonly workspaceId: string
  readonly inviter: Profile
  /** Absent: a link that anybody may use who has it. */
  readonly email?: string
  readonly role: GrantableRole
  readonly expiresInDays: number
  readonly useLimit: number
}

export interface MadeInvitation {
  readonly invitation: Invitation
  /** Only now: the database has no more than the token's hash. */
  readonly url: string
}

/** @throws USER_WORKSPACE_UNKNOWN, USER_NOT_ALLOWED, USER_INVITATION_LIMIT, USER_AUTH_UNAVAILABLE */
export async function invite(
  parts: Pick<UserParts, 'store' | 'clock' | 'auth' | 'publicOrigin'>,
  request: InvitationRequest,
  { signal }: Waiting,
): Promise<MadeInvitation> {
  const { store, clock, auth, publicOrigin } = parts
  const { inviter, email } = request
  const now = clock.now()
  const token = createInvitationToken()
  const { invitation, workspaceName } = await store.change((tx) => addTo(tx, request, { now, hash: token.hash }))
  const path = invitationPath(token)
  if (email !== undefined) {
    const mail = { to: email, locale: inviter.locale, inviter: inviter.name, workspace: workspaceName, path }
    await auth.sendInvitation(mail, { signal }).catch(async (error: unknown) => {
      await revokeInvitation(store.db, invitation.id, clock.now()) // nobody shall get in by what was said to have failed
      throw error
    })
  }
  return { invitation, url: publicOrigin + path }
}

async function addTo(
  tx: UserTransaction,
  request: InvitationRequest,
  { now, hash }: { readonly now: Date; readonly hash: string },
): Promise<{ readonly invitation: Invitation; readonly workspaceName: string }> {
  const { workspaceId, inviter, email, role, useLimit } = request
  const actor = await enterWorkspace(tx, workspaceId, inviter.userId)
  requirePermission(actor, 'invite people')
  if (!mayGrant(actor.role, role)) throw notAllowed(actor.role, `invite somebody as ${role}`)
  if (email !== undefined) await replaceInvitationFor(tx, { actor, email }, now)
  if ((await countOpenInvitations(tx, workspaceId, now)) >= OPEN_LIMIT) throw invitationLimit(OPEN_LIMIT)
  const invitation: Invitation = {
    id: randomUUID(),
    workspaceId,
    role,
    createdBy: inviter.userId,
    createdAt: now,
    expiresAt: new Date(now.getTime() + request.expiresInDays * DAY_MS),
    useLimit: email === undefined ? useLimit : 1,
    useCount: 0,
    ...(email === undefined ? {} : { email }),
  }
  await addInvitation(tx, invitation, hash)
  const subject = { invitationId: invitation.id, details: { role, by: email === undefined ? 'link' : 'mail' } }
  await addAuditEntry(tx, { workspaceId, at: now, actorId: inviter.userId, action: 'invitation-created', ...subject })
  return { invitation, workspaceName: actor.workspace.name }
}

/** Voids what the address has, which is withdrawing it: whoever may not do that does not by inviting it again. */
async function replaceInvitationFor(
  tx: UserTransaction,
  { actor, email }: { readonly actor: Actor; readonly email: string },
  now: Date,
): Promise<void> {
  const { id: workspaceId } = actor.workspace
  const open = await findOpenInvitationFor(tx, { workspaceId, email }, now)
  if (open !== undefined && !mayGrant(actor.role, open.role)) {
    throw notAllowed(actor.role, `replace an invitation as ${open.role}`)
  }
  await revokeInvitationsFor(tx, { workspaceId, email }, now)
}

/** Idempotent. @throws USER_WORKSPACE_UNKNOWN, USER_NOT_ALLOWED, USER_INVITATION_UNKNOWN */
export async function withdrawInvitation(
  { store, clock }: Pick<UserParts, 'store' | 'clock'>,
  { workspaceId, userId, invitationId }: Readonly<Record<'workspaceId' | 'userId' | 'invitationId', string>>,
): Promise<void> {
  const at = clock.now()
  await store.change(async (tx) => {
    const actor = await enterWorkspace(tx, workspaceId, userId)
    requirePermission(actor, 'invite people')
    const invitation = await findInvitation(tx, workspaceId, invitationId)
    if (invitation === undefined) throw invitationUnknown()
    if (!mayGrant(actor.role, invitation.role))
      throw notAllowed(actor.role, `withdraw an invitation as ${invitation.role}`)
    if (invitation.revokedAt !== undefined) return
    await revokeInvitation(tx, invitationId, at)
    await addAuditEntry(tx, { workspaceId, at, actorId: userId, action: 'invitation-revoked', invitationId })
  })
}

/** The invitation that a link opens. @throws USER_INVITATION_UNKNOWN, _EXPIRED, _USED, _REVOKED */
export async function getOpenInvitation(
  { store, clock }: Pick<UserParts, 'store' | 'clock'>,
  token: string,
): Promise<Invitation> {
  const invitation = await findInvitationByToken(store.db, hashInvitationToken(token))
  if (invitation === undefined) throw invitationUnknown()
  throwIf(invitationRefusal(invitation, clock.now()))
  return invitation
}

/** What somebody has become by an invitation. */
export interface Acceptance {
  readonly workspaceId: string
  readonly role: Role
  /** False for who was a member before: then nothing has changed. */
  readonly hasJoined: boolean
}

/**
 * @throws USER_INVITATION_UNKNOWN, _EXPIRED, _USED, _REVOKED, _FOREIGN, _AFTER_REMOVAL, USER_EMAIL_UNVERIFIED,
 *   USER_ACCOUNT_UNKNOWN, USER_AUTH_UNAVAILABLE
 */
export async function acceptInvitation(
  parts: Pick<UserParts, 'store' | 'clock' | 'auth' | 'news'>,
  { token, userId }: { readonly token: string; readonly userId: string },
  { signal }: Waiting,
): Promise<Acceptance> {
  const { store, clock, auth, news } = parts
  const account = await auth.findAccount(userId, { signal })
  if (account === undefined) throw accountUnknown()
  const hash = hashInvitationToken(token)
  const joining = store.change(async (tx) => {
    const { workspaceId, ...rest } = await getLocked(tx, hash)
    const known = await findRole(tx, workspaceId, userId)
    if (known !== undefined) return { workspaceId, role: known, hasJoined: false }
    const [invitation, at] = [{ workspaceId, ...rest }, clock.now()]
    throwIf(invitationRefusal(invitation, at))
    if (!account.emailVerified) throw emailUnverified()
    if (invitation.email !== undefined && invitation.email !== account.email) throw invitationForeign()
    await refuseRemoved(tx, invitation, userId)
    const { role } = invitation
    await addMember(tx, { workspaceId, userId, role }, at)
    await changeProfile(tx, userId, { email: account.email })
    await countUse(tx, invitation, { userId, at })
    const subject = { userId, invitationId: invitation.id, details: { role } }
    await addAuditEntry(tx, { workspaceId, at, actorId: userId, action: 'member-joined', ...subject })
    return { workspaceId, role, hasJoined: true }
  })
  const acceptance = await joining.catch((error: unknown) => {
    throw explainMemberRefusal(error)
  })
  if (acceptance.hasJoined) await news.announce()
  return acceptance
}

/** The invitation as it is once its workspace is held: whoever used it in this moment has been counted. */
async function getLocked(tx: UserTransaction, tokenHash: string): Promise<Invitation> {
  const found = await findInvitationByToken(tx, tokenHash)
  const workspace = found === undefined ? undefined : await findLockedWorkspace(tx, found.workspaceId)
  const held = workspace === undefined ? undefined : await findInvitationByToken(tx, tokenHash)
  if (held === undefined) throw invitationUnknown()
  return held
}

/** A link may still be in the hands of who has been removed since. */
async function refuseRemoved(tx: UserTransaction, invitation: Invitation, userId: string): Promise<void> {
  const { workspaceId, createdAt } = invitation
  const removedAt = await findRemoval(tx, { workspaceId, userId })
  if (removedAt === undefined || createdAt > removedAt) return
  throw invitationAfterRemoval()
}

function throwIf(error: AppError | undefined): void {
  if (error !== undefined) throw error
}
