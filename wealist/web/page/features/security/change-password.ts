import { request } from '../../api/request.ts'

export interface PasswordChange {
  readonly current: string
  readonly next: string
}

export function changePassword(change: PasswordChange): Promise<void> {
  return request('POST /api/auth/password/change', { body: change })
}
