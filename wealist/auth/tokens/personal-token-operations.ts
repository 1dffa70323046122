import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type, { type Static } from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { tokenUnknown } from '../errors.ts'
import { IdField, NameField, NOTHING, ScopeField, TimeField } from '../fields.ts'
import { sessionCallerOf } from '../sessions/session-caller.ts'
import type { PersonalToken } from './personal-token.ts'
import { listPersonalTokens, removePersonalToken } from './personal-token-repository.ts'
import { createToken } from './token-creation.ts'

const tags = ['personal access token']
const MaybeTime = Type.Union([TimeField, Type.Null()])
const TOKEN_FIELDS = {
  id: IdField,
  name: Type.String(),
  hint: Type.String({ description: 'Its last four characters.' }),
  scopes: Type.Array(ScopeField),
  createdAt: TimeField,
  expiresAt: MaybeTime,
  lastUsedAt: MaybeTime,
}
const TokenView = Type.Object(TOKEN_FIELDS, { title: 'PersonalToken' })
const CreatedToken = Type.Object(
  { ...TOKEN_FIELDS, token: Type.String({ pattern: '^wl_pat_', description: 'Shown once.' }) },
  { title: 'CreatedPersonalToken' },
)

const listSchema = {
  tags,
  operationId: 'listTokens',
  summary: "The caller's personal access tokens",
  response: { 200: Type.Object({ tokens: Type.Array(TokenView) }) },
}

const createSchema = {
  tags,
  operationId: 'createToken',
  summary: 'Make a personal access token',
  body: bodyOf({
    name: NameField,
    scopes: Type.Array(ScopeField, { minItems: 1, maxItems: 3 }),
    expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650, description: 'Never, if left out.' })),
  }),
  refusals: ['AUTH_TOKEN_LIMIT', 'AUTH_ACCOUNT_UNKNOWN'],
  response: { 201: CreatedToken },
}

const removeSchema = {
  tags,
  operationId: 'removeToken',
  summary: 'Remove a personal access token; it stops working within half a minute everywhere',
  params: Type.Object({ id: IdField }),
  refusals: ['AUTH_TOKEN_UNKNOWN'],
  response: { 204: NOTHING },
}

export function addPersonalTokenOperations(app: App, parts: AuthParts): void {
  const config = { access: 'session' } as const // a token must not make tokens
  const { db } = parts.store

  app.get('/api/auth/tokens', { config, schema: listSchema }, async (request) => {
    const tokens = await listPersonalTokens(db, sessionCallerOf(request).userId)
    return { tokens: tokens.map(viewOf) }
  })
  app.post('/api/auth/tokens', { config, schema: createSchema }, async (request, reply) => {
    const { name, scopes, expiresInDays } = request.body
    const { userId } = sessionCallerOf(request)
    const { token, text } = await createToken(parts, userId, { name, scopes, expiresInDays })
    return reply.code(201).send({ ...viewOf(token), token: text })
  })
  app.delete('/api/auth/tokens/:id', { config, schema: removeSchema }, async (request, reply) => {
    const { userId } = sessionCallerOf(request)
    if (!(await removePersonalToken(db, { id: request.params.id, userId }))) throw tokenUnknown()
    return reply.code(204).send(null)
  })
}

function viewOf({ scopes, createdAt, expiresAt, lastUsedAt, ...token }: PersonalToken): Static<typeof TokenView> {
  return {
    ...token,
    scopes: [...scopes],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }
}
