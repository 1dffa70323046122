import { request } from '../../api/request.ts'

export interface TotpRemoval {
  /** Left out by who has none. */
  readonly password?: string
  readonly code: string
}

export function disableTotp(removal: TotpRemoval): Promise<void> {
  return request('POST /api/auth/totp/disable', { body: removal })
}
