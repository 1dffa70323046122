import type { Role } from '@portolan/identity'
import { notAllowed, workspaceUnknown } from '../errors.ts'
import { findRole } from '../members/member-repository.ts'
import { mayDo, type WorkspaceAction } from '../members/permissions.ts'
import type { UserTransaction } from '../store.ts'
import type { Workspace } from './workspace.ts'
import { findLockedWorkspace } from './workspace-repository.ts'

/** Somebody who acts in a workspace that is held until the transaction ends, so that what is true of them stays so. */
export interface Actor {
  readonly workspace: Workspace
  readonly userId: string
  readonly role: Role
}

/**
 * The caller's role again, now that nobody else can change it: between the check of the request and this moment they
 * may have been removed.
 * @throws USER_WORKSPACE_UNKNOWN
 */
export async function enterWorkspace(tx: UserTransaction, workspaceId: string, userId: string): Promise<Actor> {
  const workspace = await findLockedWorkspace(tx, workspaceId)
  const role = workspace === undefined ? undefined : await findRole(tx, workspaceId, userId)
  if (workspace === undefined || role === undefined) throw workspaceUnknown()
  return { workspace, userId, role }
}

/** @throws USER_NOT_ALLOWED */
export function requirePermission({ role }: Pick<Actor, 'role'>, action: WorkspaceAction): void {
  if (!mayDo(role, action)) throw notAllowed(role, action)
}
