import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { accountUnknown } from '../errors.ts'
import { NAME_SCHEMA, NAME_VIEW, parseName } from '../field-text.ts'
import { requestLimit } from '../request-limit.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { LOCALES } from './locale.ts'
import { AVATAR_URL_SCHEMA, avatarUrlOf, type Profile } from './profile.ts'
import { getProfile, PROFILE_REFUSALS } from './profile-creation.ts'
import { changeProfile } from './profile-repository.ts'
import { parseTimeZone } from './time-zone.ts'

const LOCALE_SCHEMA = Type.Enum([...LOCALES], { title: 'Locale' })
const TIME_ZONE_SCHEMA = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()], {
  description: 'A name of the IANA database; null for that of the device.',
})

export const ME_SCHEMA = Type.Object(
  {
    id: ID_SCHEMA,
    name: NAME_VIEW,
    avatarUrl: AVATAR_URL_SCHEMA,
    locale: LOCALE_SCHEMA,
    timeZone: TIME_ZONE_SCHEMA,
  },
  { title: 'Profile' },
)

const CHANGE_SCHEMA = bodyOf({
  name: Type.Optional(NAME_SCHEMA),
  locale: Type.Optional(LOCALE_SCHEMA),
  timeZone: Type.Optional(TIME_ZONE_SCHEMA),
})

export function addProfileOperations(app: App, parts: UserParts): void {
  const tags = ['profile']

  app.get(
    '/api/users/me',
    {
      schema: {
        tags,
        operationId: 'getProfile',
        summary: 'What I say of myself',
        refusals: PROFILE_REFUSALS,
        response: { 200: ME_SCHEMA },
      },
    },
    async ({ caller }) => meOf(await getProfile(parts, caller.userId, requestLimit())),
  )

  app.patch(
    '/api/users/me',
    {
      schema: {
        tags,
        operationId: 'changeProfile',
        summary: 'Change what I say of myself',
        body: CHANGE_SCHEMA,
        refusals: ['USER_INPUT_INVALID', ...PROFILE_REFUSALS],
        response: { 200: ME_SCHEMA },
      },
    },
    async ({ caller, body }) => {
      await getProfile(parts, caller.userId, requestLimit())
      const { name, locale, timeZone } = body
      const changed = await changeProfile(parts.store.db, caller.userId, {
        ...(name === undefined ? {} : { name: parseName(name, 'name') }),
        ...(locale === undefined ? {} : { locale }),
        ...(timeZone === undefined ? {} : { timeZone: timeZone === null ? null : parseTimeZone(timeZone) }),
      })
      if (changed === undefined) throw accountUnknown()
      return meOf(changed)
    },
  )
}

export function meOf(profile: Profile) {
  const { userId: id, name, locale, timeZone = null } = profile
  return { id, name, locale, timeZone, avatarUrl: avatarUrlOf(profile) }
}
