import { queryOptions } from '@tanstack/react-query'
import type { EmailVerified } from '../../api/contract.ts'
import { request } from '../../api/request.ts'
import { nextWithoutToken } from '../../session/pending-invitation.ts'

/** Confirms an address. A query, so that a token, which works once, is sent once however often the page renders. */
export function verificationQuery(token: string) {
  return queryOptions({
    queryKey: ['verification', token],
    queryFn: async (): Promise<EmailVerified> => {
      const { next = '/', ...verified } = await request('POST /api/auth/email/verify', { body: { token } })
      return { ...verified, next: nextWithoutToken(next) }
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnReconnect: false,
    refetchOnMount: false,
  })
}
