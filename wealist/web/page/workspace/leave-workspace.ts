import { request } from '../api/request.ts'

export function leaveWorkspace(workspaceId: string): Promise<void> {
  return request('POST /api/users/workspaces/{workspaceId}/leave', { path: { workspaceId } })
}
