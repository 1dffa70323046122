import { queryOptions } from '@tanstack/react-query'
import { request } from '../../api/request.ts'

const REFRESH_MS = 30_000

/** Mails that are tried again or were given up, the newest first; only for operators. */
export const mailFailuresQuery = queryOptions({
  queryKey: ['mail-failures'],
  queryFn: async ({ signal }) => (await request('GET /api/auth/mail-failures', { signal })).failures,
  refetchInterval: REFRESH_MS, // while it is looked at
})
