import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: async ({ signal }) => (await request('GET /api/auth/providers', { signal })).providers,
  staleTime: Number.POSITIVE_INFINITY,
})
