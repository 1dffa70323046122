import { request } from '../../api/request.ts'

export function endSession(sessionId: string): Promise<void> {
  return request('DELETE /api/auth/sessions/{id}', { path: { id: sessionId } })
}
