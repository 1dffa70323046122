import type { Profile } from '../../api/contract.ts'
import { uploadFile } from '../../api/upload-file.ts'
import { beginPicture } from './begin-picture.ts'
import { finishPicture } from './finish-picture.ts'
import { pictureFactsOf } from './picture-file.ts'

/** @returns the profile with the new picture @throws what the service and the store say of the file */
export async function uploadPicture(file: File): Promise<Profile> {
  const upload = await beginPicture(pictureFactsOf(file))
  await uploadFile(upload, file)
  return finishPicture(upload.uploadId)
}
