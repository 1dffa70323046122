import type { Profile } from '../../api/contract.ts'
import { request } from '../../api/request.ts'

/** Shows what was uploaded from now on; the service reads it, and refuses what is no picture. */
export function finishPicture(uploadId: string): Promise<Profile> {
  return request('POST /api/users/me/avatar/{uploadId}/done', { path: { uploadId } })
}
