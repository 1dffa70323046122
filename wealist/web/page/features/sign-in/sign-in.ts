import type { SignInAnswer } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export interface Credentials {
  readonly email: string
  readonly password: string
}

export function signIn(credentials: Credentials): Promise<SignInAnswer> {
  return request('POST /api/auth/sign-in', { body: credentials })
}
