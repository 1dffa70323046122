import Type from 'typebox'
import type { Locale } from './locale.ts'

export const AVATAR_URL_SCHEMA = Type.Union([Type.String({ format: 'uri-reference' }), Type.Null()], {
  description: 'Takes `?size=` 64, 192 or 512 (pixels); null without an avatar.',
})

/** What a person says of themselves. Who they are and how they sign in is auth's. */
export interface Profile {
  readonly userId: string
  readonly name: string
  /** The confirmed address of the account; shown to admins of a workspace and to nobody else. */
  readonly email: string
  readonly locale: Locale
  /** Absent: that of the device. */
  readonly timeZone?: string
  /** Absent: no avatar. A new one has a new id, so that pictures may be cached for ever. */
  readonly avatarId?: string
}

/** Where the pages find the avatar: on the own origin, for whoever shares a workspace with its owner. */
export function avatarUrlOf({ userId, avatarId }: Pick<Profile, 'userId' | 'avatarId'>): string | null {
  return avatarId === undefined ? null : `/api/users/avatars/${userId}/${avatarId}`
}
