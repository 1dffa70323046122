import { request } from '../../api/request.ts'

export function removePicture(): Promise<void> {
  return request('DELETE /api/users/me/avatar')
}
