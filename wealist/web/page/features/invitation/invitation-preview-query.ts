import { queryOptions } from '@tanstack/react-query'
import { request } from '../../api/request.ts'

export function invitationPreviewQuery(token: string) {
  return queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => request('GET /api/users/invitations/{token}', { path: { token }, signal }),
  })
}
