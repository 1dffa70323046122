import type { AcceptedInvitation } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

export function acceptInvitation(token: string): Promise<AcceptedInvitation> {
  return request('POST /api/users/invitations/{token}/accept', { path: { token } })
}
