import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'

/** What the person who is signed in says of themselves. */
export const profileQuery = queryOptions({
  queryKey: ['profile'],
  queryFn: ({ signal }) => request('GET /api/users/me', { signal }),
})
