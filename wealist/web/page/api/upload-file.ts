import type { AvatarUpload } from './contract.ts'
import { unreachable, uploadRefused } from './errors.ts'

/**
 * Sends a file to the store, by an address that was signed for it.
 * @throws WEB_UNREACHABLE, WEB_UPLOAD_REFUSED
 */
export async function uploadFile({ uploadUrl, method, headers }: AvatarUpload, file: Blob): Promise<void> {
  const response = await fetch(uploadUrl, { method, headers: { ...headers }, body: file }).catch((error: unknown) => {
    throw unreachable(error)
  })
  if (!response.ok) throw uploadRefused(response.status)
}
