import { request } from '../../api/request.ts'

export interface PasswordReset {
  readonly token: string
  readonly password: string
}

export function resetPassword(reset: PasswordReset): Promise<void> {
  return request('POST /api/auth/password/reset', { body: reset })
}
