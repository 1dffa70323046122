import { requestInvalid } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { ROLES } from './caller.ts'
import { keyMissing, keysUnavailable } from './errors.ts'
import { answerOf, inputOf, MOMENT, SUCCESS } from './fields.ts'
import type { ApiKey, KeyBook } from './key-book.ts'
import { defineOperation, type OperationContext } from './operation.ts'

const KEY_SCHEMA = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: Type.Enum(ROLES),
    projects: Type.Array(Type.String()),
    createdAt: MOMENT,
    createdBy: Type.String(),
    expiresAt: Type.Optional(MOMENT),
    lastUsedAt: Type.Optional(MOMENT),
    revokedAt: Type.Optional(MOMENT),
  },
  { title: 'Key', description: 'What is known of a key; its secret is not.' },
)

function keyAnswer(key: ApiKey): Static<typeof KEY_SCHEMA> {
  const { id, name, role, projects, createdBy, createdAt, expiresAt, lastUsedAt, revokedAt } = key
  return {
    id,
    name,
    role,
    projects: [...projects],
    createdBy,
    createdAt: createdAt.toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
    ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }),
  }
}

function keyBookOf({ keys }: OperationContext): KeyBook {
  if (keys === undefined) throw keysUnavailable()
  return keys
}

const LONGEST_LIFE_MS = 10 * 366 * 24 * 3_600_000

export const keyCreate = defineOperation({
  name: 'key_create',
  title: 'Create a key',
  summary: 'A key for a person or a machine, with a role and the projects that it is for; its text is shown this once.',
  input: inputOf({
    name: Type.String({ minLength: 1, maxLength: 100, description: 'Who has it, such as `worb-ci`.' }),
    role: Type.Enum(ROLES, { description: 'Each may what those before it may.' }),
    projects: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
      minItems: 1,
      maxItems: 100,
      description: 'Names, where `*` stands for any text: `worb`, `web-*`, or `*` for all.',
    }),
    expiresInMs: Type.Optional(
      Type.Integer({ minimum: 1, maximum: LONGEST_LIFE_MS, description: 'Milliseconds for which it is good.' }),
    ),
  }),
  output: answerOf({
    key: Type.String({ description: 'What its holder shows. Told this once.' }),
    details: KEY_SCHEMA,
  }),
  role: 'admin',
  effect: 'adds',
  isIdempotent: false,
  refusals: ['OPERATIONS_KEYS_UNAVAILABLE'],
  run: async ({ name, role, projects, expiresInMs }, context) => {
    const book = keyBookOf(context)
    if (role === 'admin' && !projects.includes('*')) {
      throw requestInvalid([{ field: 'projects', expected: '["*"] for an admin, who decides for everybody' }])
    }
    const expiresAt = expiresInMs === undefined ? undefined : new Date(context.now().getTime() + expiresInMs)
    const draft = { name, role, projects, expiresAt, createdBy: context.caller.name }
    const { key, secret } = await book.create(draft, { signal: context.signal })
    return { ...SUCCESS, key: secret, details: keyAnswer(key) }
  },
})

export const keyList = defineOperation({
  name: 'key_list',
  title: 'List keys',
  summary: 'All keys, with what they are for and when they were last used.',
  input: inputOf({}),
  output: answerOf({ keys: Type.Array(KEY_SCHEMA) }),
  role: 'admin',
  effect: 'reads',
  isIdempotent: true,
  refusals: ['OPERATIONS_KEYS_UNAVAILABLE'],
  run: async (_input, context) => {
    const keys = await keyBookOf(context).list({ signal: context.signal })
    return { ...SUCCESS, keys: keys.map(keyAnswer) }
  },
})

export const keyRevoke = defineOperation({
  name: 'key_revoke',
  title: 'Revoke a key',
  summary: 'Ends a key: every server refuses it within a second. Revoking twice is no fault.',
  input: inputOf({ id: Type.String({ minLength: 1, maxLength: 100, description: 'As `key_list` shows it.' }) }),
  output: answerOf({ details: KEY_SCHEMA }),
  role: 'admin',
  effect: 'removes',
  isIdempotent: true,
  refusals: ['OPERATIONS_KEYS_UNAVAILABLE', 'OPERATIONS_KEY_MISSING'],
  run: async ({ id }, context) => {
    const key = await keyBookOf(context).revoke(id, { signal: context.signal })
    if (key === undefined) throw keyMissing(id)
    return { ...SUCCESS, details: keyAnswer(key) }
  },
})
