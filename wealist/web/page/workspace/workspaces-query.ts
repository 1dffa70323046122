import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'

/** The workspaces that I am in. */
export const workspacesQuery = queryOptions({
  queryKey: ['workspaces'],
  queryFn: async ({ signal }) => (await request('GET /api/users/workspaces', { signal })).workspaces,
})
