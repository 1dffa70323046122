import { request } from '../api/request.ts'

export function signOut(): Promise<void> {
  return request('POST /api/auth/sign-out')
}
