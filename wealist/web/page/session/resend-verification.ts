import { request } from '../api/request.ts'

export async function resendVerification(email: string): Promise<void> {
  await request('POST /api/auth/email/resend', { body: { email } })
}
