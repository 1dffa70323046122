import type { GrantableRole } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

/** Somebody in a workspace. */
export interface MemberPlace {
  readonly workspaceId: string
  readonly userId: string
}

export function changeMember(place: MemberPlace, role: GrantableRole): Promise<void> {
  return request('PATCH /api/users/workspaces/{workspaceId}/members/{userId}', { path: { ...place }, body: { role } })
}

export function removeMember(place: MemberPlace): Promise<void> {
  return request('DELETE /api/users/workspaces/{workspaceId}/members/{userId}', { path: { ...place } })
}

export async function transferOwnership({ workspaceId, userId }: MemberPlace): Promise<void> {
  await request('POST /api/users/workspaces/{workspaceId}/ownership', { path: { workspaceId }, body: { userId } })
}
