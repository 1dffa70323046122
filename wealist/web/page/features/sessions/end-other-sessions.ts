import { request } from '../../api/request.ts'

export interface EndedSessions {
  readonly endedCount: number
}

export function endOtherSessions(): Promise<EndedSessions> {
  return request('DELETE /api/auth/sessions')
}
