import type { EmailVerified } from '../../api/contract.ts'
import { request } from '../../api/request.ts'
import { nextWithoutToken } from '../../session/pending-invitation.ts'

export interface EmailProof {
  readonly token: string
  readonly password: string
}

/** Confirms an address, for who knows the password of the sign-up. */
export async function verifyEmail(proof: EmailProof): Promise<EmailVerified> {
  const { next = '/', ...verified } = await request('POST /api/auth/email/verify', { body: proof })
  return { ...verified, next: nextWithoutToken(next) }
}
