import { queryOptions } from '@tanstack/react-query'
import { request } from '../../api/request.ts'

/** My personal access tokens, without what they are sent as. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ signal }) => (await request('GET /api/auth/tokens', { signal })).tokens,
})
