import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { workspaceQuery } from './workspace-query.ts'

export function membersQuery(workspaceId: string) {
  return queryOptions({
    // Below the workspace's own key, so that what makes the workspace stale makes this stale as well.
    queryKey: [...workspaceQuery(workspaceId).queryKey, 'members'],
    queryFn: async ({ signal }) =>
      (await request('GET /api/users/workspaces/{workspaceId}/members', { path: { workspaceId }, signal })).members,
  })
}
