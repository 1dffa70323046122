import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { workspaceQuery } from './workspace-query.ts'

/** Only for admins and the owner. */
export function invitationsQuery(workspaceId: string) {
  return queryOptions({
    queryKey: [...workspaceQuery(workspaceId).queryKey, 'invitations'],
    queryFn: async ({ signal }) =>
      (await request('GET /api/users/workspaces/{workspaceId}/invitations', { path: { workspaceId }, signal }))
        .invitations,
  })
}
