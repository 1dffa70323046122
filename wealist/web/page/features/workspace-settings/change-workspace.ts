import type { Workspace } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export function renameWorkspace(workspaceId: string, name: string): Promise<Workspace> {
  return request('PATCH /api/users/workspaces/{workspaceId}', { path: { workspaceId }, body: { name } })
}

export function deleteWorkspace(workspaceId: string): Promise<void> {
  return request('DELETE /api/users/workspaces/{workspaceId}', { path: { workspaceId } })
}
