import type { MailDelivery } from '../api/contract.ts'
import { request } from '../api/request.ts'

/** Sends a link by mail. Says the same for an address without an account. */
export async function requestPasswordReset(email: string): Promise<MailDelivery> {
  const { delivery } = await request('POST /api/auth/password/forgot', { body: { email } })
  return delivery
}
