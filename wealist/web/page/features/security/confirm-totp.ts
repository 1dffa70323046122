import type { RecoveryCodes } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export function confirmTotp(code: string): Promise<RecoveryCodes> {
  return request('POST /api/auth/totp/confirm', { body: { code } })
}
