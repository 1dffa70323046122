import { request } from '../../api/request.ts'

export function withdrawInvitation(workspaceId: string, invitationId: string): Promise<void> {
  const path = { workspaceId, invitationId }
  return request('DELETE /api/users/workspaces/{workspaceId}/invitations/{invitationId}', { path })
}
