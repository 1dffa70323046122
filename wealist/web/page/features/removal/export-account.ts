import { requestFile } from '../../api/request.ts'

/** All that the services know of who is signed in, as JSON. */
export function exportAccount(): Promise<Blob> {
  return requestFile('GET /api/users/me/export')
}
