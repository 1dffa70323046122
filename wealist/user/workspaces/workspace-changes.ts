import { randomUUID } from 'node:crypto'
import { addAuditEntry } from '../audit/audit-repository.ts'
import { inputInvalid, memberUnknown, workspaceLimit } from '../errors.ts'
import { revokeExcessiveInvitations } from '../invitations/invitation-repository.ts'
import { addMember, announceAll, changeRole, explainMemberRefusal, findRole } from '../members/member-repository.ts'
import { rolesGrantedBy } from '../members/permissions.ts'
import { findLockedProfile } from '../profiles/profile-repository.ts'
import type { UserParts } from '../user-parts.ts'
import type { JoinedWorkspace } from './workspace.ts'
import { enterWorkspace, requirePermission } from './workspace-access.ts'
import { addWorkspace, countOwnedWorkspaces, deleteWorkspace, renameWorkspace } from './workspace-repository.ts'

const OWNED_LIMIT = 100

type Parts = Pick<UserParts, 'store' | 'clock' | 'news'>

/** Who does something to which workspace. */
export interface WorkspaceCall {
  readonly workspaceId: string
  readonly userId: string
}

/** @throws USER_WORKSPACE_LIMIT, USER_ACCOUNT_UNKNOWN */
export async function createWorkspace(
  { store, clock, news }: Parts,
  { userId, name }: { readonly userId: string; readonly name: string },
): Promise<JoinedWorkspace> {
  const workspace = { id: randomUUID(), name, createdAt: clock.now() }
  const { id: workspaceId, createdAt } = workspace
  await store.change(async (tx) => {
    await findLockedProfile(tx, userId) // so that two at once do not both pass the limit
    if ((await countOwnedWorkspaces(tx, userId)) >= OWNED_LIMIT) throw workspaceLimit(OWNED_LIMIT)
    await addWorkspace(tx, workspace)
    await addMember(tx, { workspaceId, userId, role: 'owner' }, createdAt)
    await addAuditEntry(tx, { workspaceId, at: createdAt, actorId: userId, action: 'workspace-created' })
  })
  await news.announce()
  return { ...workspace, role: 'owner', memberCount: 1 }
}

/** @throws USER_WORKSPACE_UNKNOWN, USER_NOT_ALLOWED */
export async function changeWorkspace(
  { store, clock }: Parts,
  { workspaceId, userId }: WorkspaceCall,
  { name }: { readonly name: string },
): Promise<void> {
  await store.change(async (tx) => {
    const actor = await enterWorkspace(tx, workspaceId, userId)
    requirePermission(actor, 'rename the workspace')
    if (name === actor.workspace.name) return
    await renameWorkspace(tx, workspaceId, name)
    const details = { from: actor.workspace.name, to: name }
    await addAuditEntry(tx, { workspaceId, at: clock.now(), actorId: userId, action: 'workspace-renamed', details })
  })
}

/** With everything in it. @throws USER_WORKSPACE_UNKNOWN, USER_NOT_ALLOWED */
export async function removeWorkspace({ store, news }: Parts, { workspaceId, userId }: WorkspaceCall): Promise<void> {
  await store.change(async (tx) => {
    requirePermission(await enterWorkspace(tx, workspaceId, userId), 'remove the workspace')
    await announceAll(tx, workspaceId)
    await deleteWorkspace(tx, workspaceId)
  })
  await news.announce()
}

/**
 * The owner becomes an admin in the same moment.
 * @throws USER_WORKSPACE_UNKNOWN, USER_NOT_ALLOWED, USER_MEMBER_UNKNOWN, USER_INPUT_INVALID, USER_OWNER_COUNT
 */
export async function transferOwnership(
  { store, clock, news }: Parts,
  { workspaceId, userId }: WorkspaceCall,
  nextOwnerId: string,
): Promise<void> {
  const at = clock.now()
  const handOver = store.change(async (tx) => {
    requirePermission(await enterWorkspace(tx, workspaceId, userId), 'hand over the workspace')
    const role = await findRole(tx, workspaceId, nextOwnerId)
    if (role === undefined) throw memberUnknown()
    if (role === 'owner') throw inputInvalid({ field: 'userId', rule: 'owner', reason: 'is the owner already' })
    if (role === 'guest') throw inputInvalid({ field: 'userId', rule: 'guest', reason: 'is a guest' })
    await changeRole(tx, { workspaceId, userId, role: 'admin' }) // first: there are never two
    await changeRole(tx, { workspaceId, userId: nextOwnerId, role: 'owner' })
    await revokeExcessiveInvitations(tx, { workspaceId, userId, roles: rolesGrantedBy('admin'), at })
    const entry = { workspaceId, at, actorId: userId, userId: nextOwnerId }
    await addAuditEntry(tx, { ...entry, action: 'ownership-transferred' })
  })
  await handOver.catch((error: unknown) => {
    throw explainMemberRefusal(error) // what is looked at when the transaction ends
  })
  await news.announce()
}
