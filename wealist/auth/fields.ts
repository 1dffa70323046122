import { SCOPES } from '@portolan/identity'
import Type from 'typebox'
import { LOCALES } from './locale.ts'

// Something to read in one line: no control characters, nothing that turns the direction of what follows.
const LINE = '^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]+$'

export const EmailField = Type.String({ minLength: 3, maxLength: 254, description: 'Compared in lower case.' })
/** What a new one has to be like is said by IDENTITY_PASSWORD_REFUSED, in words for the page. */
export const PasswordField = Type.String({ minLength: 1, maxLength: 1_024 })
export const NameField = Type.String({ minLength: 1, maxLength: 80, pattern: LINE })
export const LocaleField = Type.Enum([...LOCALES])
export const IdField = Type.String({ format: 'uuid' })
export const TimeField = Type.String({ format: 'date-time' })
export const OneTimeTokenField = Type.String({ minLength: 1, maxLength: 128 })
export const CodeField = Type.String({ minLength: 6, maxLength: 32, description: 'Six digits, or a recovery code.' })
export const ScopeField = Type.Enum([...SCOPES])
export const LocalPathField = Type.String({ maxLength: 1_024, description: 'A path of our own pages, from "/" on.' })

const CLOSED = { additionalProperties: false } as const

/** The body of a request: what is not known is refused. */
export function bodyOf<Properties extends Type.TProperties>(properties: Properties) {
  return Type.Object(properties, CLOSED)
}

const FaultSchema = Type.Object({ field: Type.String(), reason: Type.String(), rule: Type.Optional(Type.String()) })

/** RFC 9457, with our extensions. */
const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String({ description: 'Stable; pages translate it.' }),
  requestId: Type.String(),
  details: Type.Optional(
    Type.Object({ faults: Type.Optional(Type.Array(FaultSchema)) }, { additionalProperties: true }),
  ),
})

const PROBLEM_CONTENT = { 'application/problem+json': { schema: ProblemSchema } } as const

/** What every route may answer besides what it is for. */
export const PROBLEMS = {
  '4xx': { description: 'What is wrong with the request', content: PROBLEM_CONTENT },
  '5xx': { description: 'What does not work at the moment', content: PROBLEM_CONTENT },
} as const

export const NOTHING = Type.Null({ description: 'Done' })
