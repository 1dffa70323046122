import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'

/** The account that is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request('GET /api/auth/me', { signal }),
})
