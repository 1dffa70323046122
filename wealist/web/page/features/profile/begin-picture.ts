import type { AvatarUpload } from '../../api/contract.ts'
import { request } from '../../api/request.ts'
import type { PictureFacts } from './picture-file.ts'

export function beginPicture(facts: PictureFacts): Promise<AvatarUpload> {
  return request('POST /api/users/me/avatar', { body: facts })
}
