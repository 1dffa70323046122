import { SCOPES } from '@portolan/identity'
import Type from 'typebox'
import { LOCALES } from './locale.ts'

// Something to read in one line: no control characters, nothing that turns the direction of what follows.
const LINE = '^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]+$'

/** As it is typed in; `parseEmailAddress` has the last word. */
export const EmailField = Type.String({
  minLength: 3,
  maxLength: 254,
  'x-format': 'email',
  description: 'Compared in lower case.',
})
/** As it is stored. */
export const EmailView = Type.String({ format: 'email', maxLength: 254 })
/** What a new one has to be like is said by IDENTITY_PASSWORD_REFUSED, in words for the page. */
export const PasswordField = Type.String({ minLength: 1, maxLength: 1_024, 'x-format': 'password' })
export const NameField = Type.String({ minLength: 1, maxLength: 80, pattern: LINE })
export const LocaleField = Type.Enum([...LOCALES], { title: 'Locale' })
export const IdField = Type.String({ format: 'uuid' })
export const TimeField = Type.String({ format: 'date-time' })
export const OneTimeTokenField = Type.String({ minLength: 1, maxLength: 128 })
export const CodeField = Type.String({ minLength: 6, maxLength: 32, description: 'Six digits, or a recovery code.' })
export const ScopeField = Type.Enum([...SCOPES], { title: 'Scope', description: 'Each includes those before it.' })
export const LocalPathField = Type.String({
  maxLength: 1_024,
  'x-format': 'uri-reference',
  description: 'A path of our own pages, from "/" on.',
})
export const CountField = Type.Integer({ minimum: 0 })

export const NOTHING = Type.Null({ description: 'Done' })

/** Beside every answer that tells of a mail. */
export const DeliveryField = Type.Union([Type.Literal('mail'), Type.Literal('log')], {
  description: '`log`: this server sends no mail; the link is a line in the log of auth.',
})
