import { jwksOf } from '@portolan/identity'
import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { confirmOwner, eraseAccount } from './accounts/account-removal.ts'
import { findAccount } from './accounts/account-repository.ts'
import type { AuthParts } from './auth-parts.ts'
import { accountUnknown } from './errors.ts'
import { CodeField, IdField, LocaleField, NOTHING, PasswordField, ScopeField, TimeField } from './fields.ts'
import { listEndedSessions } from './sessions/session-repository.ts'
import { findGrant } from './tokens/personal-token-repository.ts'

const UserParams = Type.Object({ userId: IdField })
const Jwks = Type.Object(
  {
    keys: Type.Array(
      Type.Object({
        kty: Type.String(),
        crv: Type.String(),
        x: Type.String(),
        kid: Type.String(),
        alg: Type.String(),
        use: Type.String(),
      }),
    ),
  },
  { title: 'JsonWebKeySet', description: 'RFC 7517 and RFC 8037.' },
)
const AccountView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  emailVerified: Type.Boolean(),
  locale: LocaleField,
  name: Type.String(),
})
const Grant = Type.Union([
  Type.Object({
    tokenId: Type.String(),
    userId: Type.String(),
    scopes: Type.Array(ScopeField),
    expiresAt: Type.Union([TimeField, Type.Null()]),
  }),
  Type.Object({ tokenId: Type.Null() }),
])
const JWKS_CACHE = 'public, max-age=300'

/** What only other services ask, with a service token; the gateway leads nobody here. */
export function addInternalOperations(app: App, parts: AuthParts): void {
  addKeyOperations(app, parts)
  addAccountOperations(app, parts)
  const { store, clock } = parts
  const config = { access: 'service' } as const

  app.get('/internal/ended-sessions', { config, schema: { hide: true } }, async () => {
    const ids = await listEndedSessions(store.db, clock.now())
    return { sessions: ids.map((sid) => ({ sid })) }
  })
  const grantSchema = {
    hide: true,
    body: bodyOf({ hash: Type.String({ pattern: '^[\\w-]{1,64}$' }) }),
    response: { 200: Grant },
  }
  app.post('/internal/personal-access-tokens/find', { config, schema: grantSchema }, async ({ body }) => {
    const grant = await findGrant(store.db, body.hash, clock.now())
    if (grant === undefined) return { tokenId: null }
    const { tokenId, userId, scopes, expiresAt } = grant
    return { tokenId, userId, scopes: [...scopes], expiresAt: expiresAt?.toISOString() ?? null }
  })
}

function addKeyOperations(app: App, { keys }: AuthParts): void {
  const config = { access: 'public' } as const
  const publicSchema = {
    tags: ['documents'],
    operationId: 'getJwks',
    summary: 'The keys that access tokens are signed with',
  }
  for (const [path, schema] of [
    ['/internal/jwks.json', { hide: true }],
    ['/api/auth/jwks.json', publicSchema],
  ] as const) {
    app.get(path, { config, schema: { ...schema, response: { 200: Jwks } } }, async (_request, reply) =>
      reply.header('cache-control', JWKS_CACHE).send({ keys: [...jwksOf(keys.published).keys] }),
    )
  }
}

function addAccountOperations(app: App, parts: AuthParts): void {
  const config = { access: 'service' } as const
  const accountSchema = { hide: true, params: UserParams, response: { 200: AccountView } }
  app.get('/internal/accounts/:userId', { config, schema: accountSchema }, async ({ params }) => {
    const account = await findAccount(parts.store.db, params.userId)
    if (account === undefined) throw accountUnknown()
    const { id, email, locale, name } = account
    return { id, email, emailVerified: true, locale, name }
  })
  const confirmSchema = {
    hide: true,
    params: UserParams,
    body: bodyOf({ password: Type.Optional(PasswordField), code: Type.Optional(CodeField) }),
    response: { 204: NOTHING },
  }
  app.post('/internal/accounts/:userId/confirm', { config, schema: confirmSchema }, async ({ params, body }, reply) => {
    await confirmOwner(parts, params.userId, body)
    return reply.code(204).send(null)
  })
  const removeSchema = { hide: true, params: UserParams, response: { 204: NOTHING } }
  app.post('/internal/accounts/:userId/remove', { config, schema: removeSchema }, async ({ params }, reply) => {
    await eraseAccount(parts, params.userId)
    return reply.code(204).send(null)
  })
}
