import type { CreatedInvitation, GrantableRole } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export interface NewInvitation {
  /** Absent: a link for anybody who has it. */
  readonly email?: string
  readonly role: GrantableRole
  readonly expiresInDays: number
  /** By mail it is always 1. */
  readonly useLimit?: number
}

export function createInvitation(workspaceId: string, invitation: NewInvitation): Promise<CreatedInvitation> {
  const path = { workspaceId }
  return request('POST /api/users/workspaces/{workspaceId}/invitations', { path, body: invitation })
}
