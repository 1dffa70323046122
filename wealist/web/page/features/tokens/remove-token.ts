import { request } from '../../api/request.ts'

export function removeToken(tokenId: string): Promise<void> {
  return request('DELETE /api/auth/tokens/{id}', { path: { id: tokenId } })
}
