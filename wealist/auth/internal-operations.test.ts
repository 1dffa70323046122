import { createSigningKey, issueAccessToken, sealSigningKey } from '@portolan/identity'
import { parseDocument } from '@portolan/openapi'
import { listApiRoutes, listDescribedRoutes } from '@portolan/openapi/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type AuthWorld,
  openAuthWorld,
  openTestPostgres,
  PASSWORD,
  PUBLIC_ORIGIN,
  SECRET,
  type TestPostgres,
} from './testing.ts'

const releasers = new AsyncDisposableStack()
let postgres: TestPostgres
let world: AuthWorld
beforeAll(async () => {
  postgres = releasers.use(await openTestPostgres())
  world = releasers.use(await openAuthWorld(postgres))
})
afterAll(() => releasers.disposeAsync())

test('the keys are public, inside and outside, and hold nothing private', async () => {
  const inside = await world.browser().send('GET', '/internal/jwks.json')
  const outside = await world.browser().get('/jwks.json')
  expect(inside).toMatchObject({
    status: 200,
    body: { keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' }] },
  })
  expect(outside.body).toEqual(inside.body)
  expect(Object.keys(Object(inside.value('keys', 0))).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  expect(outside.headers.get('cache-control')).toBe('public, max-age=300')
})

test.for([
  ['GET', '/ended-sessions'],
  ['GET', '/accounts/00000000-0000-4000-8000-000000000000'],
  ['POST', '/accounts/00000000-0000-4000-8000-000000000000/remove'],
  ['POST', '/accounts/00000000-0000-4000-8000-000000000000/confirm'],
  ['POST', '/personal-access-tokens/find'],
  ['POST', '/mails'],
] as const)('%s %s is closed to people, to tokens for other services and to old tokens', async ([method, path]) => {
  const person = world.browser()
  const old = await world.serviceTokens.issue('auth')
  const foreign = await world.serviceTokens.issue('board')
  world.clock.jump(95_000)
  for (const headers of [{}, { authorization: `Bearer ${foreign}` }, { authorization: `Bearer ${old}` }]) {
    const answer = await person.send(method, `/internal${path}`, { headers, body: method === 'POST' ? {} : undefined })
    expect(answer).toMatchObject({ status: 401, body: { code: 'IDENTITY_SERVICE_TOKEN_INVALID' } })
  }
  world.clock.jump(-95_000)
})

test('services learn of an account what they need, and no more', async () => {
  const browser = await world.signUp('known@example.com', { locale: 'ko', name: '미나' })
  await browser.signIn('known@example.com')
  const id = (await browser.get('/me')).text('id')
  expect((await world.internal('GET', `/accounts/${id}`)).body).toEqual({
    id,
    email: 'known@example.com',
    emailVerified: true,
    locale: 'ko',
    name: '미나',
  })
  const unknown = await world.internal('GET', '/accounts/00000000-0000-4000-8000-000000000000')
  expect(unknown).toMatchObject({ status: 404, body: { code: 'AUTH_ACCOUNT_UNKNOWN' } })
  expect(await world.internal('GET', '/accounts/nonsense')).toMatchObject({ status: 400 })
})

test('an account is removed with all that belongs to it, its sessions end, and its address is free again', async () => {
  const browser = await world.signedIn('removed@example.com')
  const token = (await browser.post('/tokens', { name: 'x', scopes: ['read'] })).text('token')
  const { id, sessionId } = Object((await browser.get('/me')).body)
  const wrong = await world.internal('POST', `/accounts/${id}/confirm`, { password: 'a wrong password' })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'AUTH_PASSWORD_WRONG' } })
  expect(await world.internal('POST', `/accounts/${id}/confirm`, {})).toMatchObject({ status: 400 })
  expect(await world.internal('POST', `/accounts/${id}/confirm`, { password: PASSWORD })).toMatchObject({ status: 204 })
  expect(await world.internal('POST', `/accounts/${id}/remove`)).toMatchObject({ status: 204 })
  expect(await world.internal('POST', `/accounts/${id}/remove`)).toMatchObject({ status: 204 })
  await expect.poll(async () => (await browser.get('/me')).status).toBe(401)
  expect((await world.internal('GET', '/ended-sessions')).list('sessions')).toContainEqual({ sid: sessionId })
  const headers = { authorization: `Bearer ${token}` }
  expect(await world.browser().send('GET', '/api/auth/me', { headers })).toMatchObject({ status: 401 })
  for (const table of ['sessions', 'personal_tokens'] as const) {
    const rows = await world.auth.store.db.selectFrom(table).select('id').where('account_id', '=', id).execute()
    expect(rows).toEqual([])
  }
  await world.signedIn('removed@example.com')
})

test('keys rotate: the new one is published before it signs, and old tokens stay good', async () => {
  const keyRotation = { signsForMs: 100_000, publishAheadMs: 10_000, retainMs: 700_000 }
  await using rotating = await openAuthWorld(postgres, { keyRotation })
  const browser = await rotating.signedIn('rotating@example.com')
  const { keys } = rotating.auth
  const first = keys.signing.kid
  rotating.clock.jump(101_000)
  await Promise.all([keys.refresh(), keys.refresh()])
  expect(keys.published).toHaveLength(2)
  expect(keys.signing.kid).toBe(first)
  rotating.clock.jump(11_000)
  expect(keys.signing.kid).not.toBe(first)
  expect(await browser.get('/me')).toMatchObject({ status: 200 })
  expect(await browser.post('/refresh')).toMatchObject({ status: 200 })
  expect(await browser.get('/me')).toMatchObject({ status: 200 })
  rotating.clock.jump(700_000)
  await keys.refresh()
  expect(keys.published.map(({ kid }) => kid)).not.toContain(first)
})

test('several processes that start at once agree on one key', async () => {
  await using other = await openAuthWorld(postgres)
  await other.auth.store.db.deleteFrom('signing_keys').execute()
  const replicas = await Promise.all([other.openReplica(), other.openReplica(), other.openReplica()])
  expect(new Set(replicas.map(({ auth }) => auth.keys.signing.kid)).size).toBe(1)
})

test('another AUTH_SECRET does not start on the same database', async () => {
  const opening = world.openReplica({ secret: 'another secret, which is long enough too' })
  await expect(opening).rejects.toMatchObject({ code: 'IDENTITY_KEY_UNSEALABLE' })
})

test('a token that is signed with a key nobody published is refused', async () => {
  const browser = await world.signedIn('forged@example.com')
  const { id: userId, sessionId } = Object((await browser.get('/me')).body)
  const now = world.clock.now()
  const key = createSigningKey(now)
  expect(sealSigningKey(key, SECRET).kid).toBe(key.kid)
  const forged = await issueAccessToken(key, { issuer: PUBLIC_ORIGIN, userId, sessionId }, now)
  browser.cookies.set('__Host-wealist-access', forged)
  expect(await browser.get('/me')).toMatchObject({ status: 401, body: { code: 'IDENTITY_TOKEN_INVALID' } })
})

test('the constraints hold what the code means', async () => {
  const { db } = world.auth.store
  const insert = (email: string, locale = 'ko') =>
    sql`INSERT INTO accounts (id, email, name, locale, created_at) VALUES (gen_random_uuid(), ${email}, 'x', ${locale}, now())`.execute(
      db,
    )
  await expect(insert('Upper@example.com')).rejects.toMatchObject({ constraint: 'accounts_email_form' })
  await expect(insert('a@b@c.example')).rejects.toMatchObject({ constraint: 'accounts_email_form' })
  await expect(insert('fr@example.com', 'fr')).rejects.toMatchObject({ constraint: 'accounts_locale' })
  await world.signUp('unique@example.com')
  await expect(insert('unique@example.com')).rejects.toMatchObject({ constraint: 'accounts_email' })
})

test('the document describes every route below /api, by the schemas that validate, and no internal one', async () => {
  const { body } = await world.browser().get('/openapi.json')
  const document = parseDocument(body, 'auth')
  expect(document.openapi).toBe('3.1.0')
  const routes = listApiRoutes(world.auth.app)
  expect(routes).toContain('DELETE /api/auth/sessions/{id}')
  expect(listDescribedRoutes(document)).toEqual(routes)
  expect(document.paths['/api/auth/sign-up']?.post).toMatchObject({
    requestBody: { content: { 'application/json': { schema: { properties: { email: { maxLength: 254 } } } } } },
    responses: { 202: {}, 400: { content: { 'application/problem+json': {} } } },
  })
})

test('it is ready while its database answers', async () => {
  expect(await world.browser().send('GET', '/ready')).toMatchObject({
    status: 200,
    body: { checks: ['postgres', 'sessions'] },
  })
})
