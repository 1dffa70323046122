import { queryOptions } from '@tanstack/react-query'
import { request } from '../../api/request.ts'

/** Begins a set-up. A query, so that a dialog begins one however often it renders; each dialog begins its own. */
export const totpSetUpQuery = queryOptions({
  queryKey: ['totp-set-up'],
  queryFn: () => request('POST /api/auth/totp/begin'),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
  retry: false,
  refetchOnReconnect: false,
})
