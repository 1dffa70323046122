import type { Locale, MailDelivery } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export interface SignUp {
  readonly name: string
  readonly email: string
  readonly password: string
  readonly locale: Locale
  /** Where to go once the address is confirmed. */
  readonly next: string
}

/** Says the same for an address that has an account. */
export async function signUp(details: SignUp): Promise<MailDelivery> {
  const { delivery } = await request('POST /api/auth/sign-up', { body: details })
  return delivery
}
