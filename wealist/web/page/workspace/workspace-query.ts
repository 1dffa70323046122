import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'

export function workspaceQuery(workspaceId: string) {
  return queryOptions({
    queryKey: ['workspace', workspaceId],
    queryFn: ({ signal }) => request('GET /api/users/workspaces/{workspaceId}', { path: { workspaceId }, signal }),
  })
}
