import type { Locale, Profile } from '../api/contract.ts'
import { request } from '../api/request.ts'

export interface ProfileChange {
  readonly name?: string
  readonly locale?: Locale
  readonly timeZone?: string | null
}

export function changeProfile(change: ProfileChange): Promise<Profile> {
  return request('PATCH /api/users/me', { body: change })
}
