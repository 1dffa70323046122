import { queryOptions } from '@tanstack/react-query'
import { request } from '../../api/request.ts'

/** Where I am signed in. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await request('GET /api/auth/sessions', { signal })).sessions,
})
