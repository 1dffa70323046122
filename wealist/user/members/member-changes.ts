import type { Role } from '@portolan/identity'
import { addAuditEntry } from '../audit/audit-repository.ts'
import { memberUnknown, notAllowed, ownerStays } from '../errors.ts'
import { revokeExcessiveInvitations } from '../invitations/invitation-repository.ts'
import type { UserTransaction } from '../store.ts'
import type { UserParts } from '../user-parts.ts'
import { type Actor, enterWorkspace } from '../workspaces/workspace-access.ts'
import { changeRole, findRole, recordRemoval, removeMember } from './member-repository.ts'
import { type GrantableRole, mayChangeRole, mayRemove, rolesGrantedBy } from './permissions.ts'

type Parts = Pick<UserParts, 'store' | 'clock' | 'news'>

/** Who does something to whom, where. */
export interface MemberCall {
  readonly workspaceId: string
  readonly actorId: string
  readonly userId: string
}

/** @throws USER_WORKSPACE_UNKNOWN, USER_MEMBER_UNKNOWN, USER_OWNER_STAYS, USER_NOT_ALLOWED */
export async function changeMemberRole(
  { store, clock, news }: Parts,
  { workspaceId, actorId, userId }: MemberCall,
  next: GrantableRole,
): Promise<void> {
  const at = clock.now()
  await store.change(async (tx) => {
    const actor = await enterWorkspace(tx, workspaceId, actorId)
    const target = await getTargetRole(tx, actor, userId)
    if (target === 'owner') throw actor.role === 'owner' ? ownerStays() : notAllowed(actor.role, 'change the owner')
    if (target === next) return
    if (!mayChangeRole({ actor: actor.role, target, next, isSelf: actorId === userId })) {
      throw notAllowed(actor.role, `make ${target} to ${next}`)
    }
    await changeRole(tx, { workspaceId, userId, role: next })
    await revokeExcessiveInvitations(tx, { workspaceId, userId, roles: rolesGrantedBy(next), at })
    const details = { from: target, to: next }
    await addAuditEntry(tx, { workspaceId, at, actorId, action: 'role-changed', userId, details })
  })
  await news.announce()
}

/**
 * Removes somebody, or lets them leave when they do it themselves.
 * @throws USER_WORKSPACE_UNKNOWN, USER_MEMBER_UNKNOWN, USER_OWNER_STAYS, USER_NOT_ALLOWED
 */
export async function endMembership(
  { store, clock, news }: Parts,
  { workspaceId, actorId, userId }: MemberCall,
): Promise<void> {
  const at = clock.now()
  const isSelf = actorId === userId
  await store.change(async (tx) => {
    const actor = await enterWorkspace(tx, workspaceId, actorId)
    const target = await getTargetRole(tx, actor, userId)
    if (target === 'owner' && isSelf) throw ownerStays()
    if (!mayRemove({ actor: actor.role, target, isSelf }))
      throw notAllowed(actor.role, `remove somebody who is ${target}`)
    await removeMember(tx, { workspaceId, userId })
    await revokeExcessiveInvitations(tx, { workspaceId, userId, roles: [], at })
    if (!isSelf) await recordRemoval(tx, { workspaceId, userId }, at)
    const action = isSelf ? 'member-left' : 'member-removed'
    await addAuditEntry(tx, { workspaceId, at, actorId, action, userId, details: { role: target } })
  })
  await news.announce()
}

async function getTargetRole(tx: UserTransaction, actor: Actor, userId: string): Promise<Role> {
  const role = actor.userId === userId ? actor.role : await findRole(tx, actor.workspace.id, userId)
  if (role === undefined) throw memberUnknown()
  return role
}
