import type { Workspace } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export function createWorkspace(name: string): Promise<Workspace> {
  return request('POST /api/users/workspaces', { body: { name } })
}
