import type { App } from '@portolan/service'
import Type from 'typebox'
import { accountUnknown } from '../errors.ts'
import { NAME_SCHEMA, parseName } from '../field-text.ts'
import { bodyOf } from '../openapi.ts'
import { requestLimit } from '../request-limit.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { LOCALES } from './locale.ts'
import { avatarUrlOf, type Profile } from './profile.ts'
import { getProfile } from './profile-creation.ts'
import { changeProfile } from './profile-repository.ts'
import { parseTimeZone } from './time-zone.ts'

const LOCALE_SCHEMA = Type.Enum([...LOCALES])
const TIME_ZONE_SCHEMA = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()], {
  description: 'A name of the IANA database; null for that of the device.',
})

export const ME_SCHEMA = Type.Object({
  id: ID_SCHEMA,
  name: Type.String(),
  avatarUrl: Type.Union([Type.String(), Type.Null()], { description: 'Takes `?size=` 64, 192 or 512 (pixels).' }),
  locale: LOCALE_SCHEMA,
  timeZone: TIME_ZONE_SCHEMA,
})

const CHANGE_SCHEMA = bodyOf({
  name: Type.Optional(NAME_SCHEMA),
  locale: Type.Optional(LOCALE_SCHEMA),
  timeZone: Type.Optional(TIME_ZONE_SCHEMA),
})

export function addProfileOperations(app: App, parts: UserParts): void {
  const tags = ['profile']

  app.get(
    '/api/users/me',
    { schema: { tags, operationId: 'getMe', summary: 'Who I am', response: { 200: ME_SCHEMA } } },
    async ({ caller }) => meOf(await getProfile(parts, caller.userId, requestLimit())),
  )

  app.patch(
    '/api/users/me',
    {
      schema: {
        tags,
        operationId: 'changeMe',
        summary: 'Change what I say of myself',
        body: CHANGE_SCHEMA,
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
