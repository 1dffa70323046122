import { infiniteQueryOptions } from '@tanstack/react-query'
import { request } from '../../api/request.ts'
import { workspaceQuery } from '../../workspace/workspace-query.ts'

/** The newest first, page by page. Only for admins and the owner. */
export function auditQuery(workspaceId: string) {
  return infiniteQueryOptions({
    queryKey: [...workspaceQuery(workspaceId).queryKey, 'audit'],
    queryFn: ({ pageParam, signal }) =>
      request('GET /api/users/workspaces/{workspaceId}/audit', {
        path: { workspaceId },
        ...(pageParam === '' ? {} : { query: { before: pageParam } }),
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ before }) => before,
    select: ({ pages }) => pages.flatMap(({ entries }) => entries),
  })
}
