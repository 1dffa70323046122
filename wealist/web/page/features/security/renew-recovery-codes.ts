import type { RecoveryCodes } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export function renewRecoveryCodes(code: string): Promise<RecoveryCodes> {
  return request('POST /api/auth/recovery-codes', { body: { code } })
}
