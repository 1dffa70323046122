import { hashPersonalAccessToken } from '@portolan/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthWorld, openAuthWorld, openTestPostgres } from '../testing.ts'

const releasers = new AsyncDisposableStack()
let world: AuthWorld
beforeAll(async () => {
  const postgres = releasers.use(await openTestPostgres())
  world = releasers.use(await openAuthWorld(postgres))
})
afterAll(() => releasers.disposeAsync())

function byToken(token: string, method: string, path: string) {
  return world.browser().send(method, `/api/auth${path}`, { headers: { authorization: `Bearer ${token}` } })
}

test('a token is shown once, works by Bearer, and is listed by its hint', async () => {
  const browser = await world.signedIn('token@example.com')
  const made = await browser.post('/tokens', { name: ' CI ', scopes: ['read', 'read'], expiresInDays: 30 })
  const token = made.text('token')
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'CI', scopes: ['read'], hint: token.slice(-4), lastUsedAt: null },
  })
  expect(Date.parse(made.text('expiresAt'))).toBeCloseTo(Date.now() + 30 * 86_400_000, -4)
  expect(await byToken(token, 'GET', '/me')).toMatchObject({
    status: 200,
    body: { email: 'token@example.com', sessionId: null },
  })
  const list = await browser.get('/tokens')
  expect(list.list('tokens')).toEqual([expect.objectContaining({ name: 'CI', lastUsedAt: expect.any(String) })])
  expect(JSON.stringify(list.body)).not.toContain(token)
})

test('a token makes no tokens, ends no sessions and changes no password', async () => {
  const browser = await world.signedIn('limits@example.com')
  const token = (await browser.post('/tokens', { name: 'all', scopes: ['admin'] })).text('token')
  for (const [method, path] of [
    ['GET', '/tokens'],
    ['POST', '/tokens'],
    ['GET', '/sessions'],
    ['DELETE', '/sessions'],
    ['POST', '/totp/begin'],
    ['POST', '/password/change'],
    ['GET', '/mail-failures'],
  ] as const) {
    expect(await byToken(token, method, path)).toMatchObject({
      status: 403,
      body: { code: 'IDENTITY_SESSION_REQUIRED' },
    })
  }
})

test("a token that was removed or has expired is refused; nobody removes another one's", async () => {
  const browser = await world.signedIn('owner@example.com')
  const stranger = await world.signedIn('stranger@example.com')
  const made = await browser.post('/tokens', { name: 'x', scopes: ['read'], expiresInDays: 1 })
  const [id, token] = [made.text('id'), made.text('token')]
  expect(await stranger.delete(`/tokens/${id}`)).toMatchObject({ status: 404, body: { code: 'AUTH_TOKEN_UNKNOWN' } })
  expect((await stranger.get('/tokens')).body).toEqual({ tokens: [] })
  world.clock.jump(86_400_000)
  expect(await byToken(token, 'GET', '/me')).toMatchObject({ status: 401, body: { code: 'IDENTITY_TOKEN_INVALID' } })
  world.clock.jump(-86_400_000)
  expect(await byToken(token, 'GET', '/me')).toMatchObject({ status: 200 })
  expect(await browser.delete(`/tokens/${id}`)).toMatchObject({ status: 204 })
  expect(await browser.delete(`/tokens/${id}`)).toMatchObject({ status: 404 })
  expect(await byToken(token, 'GET', '/me')).toMatchObject({ status: 401 })
})

test.for([
  [{ name: '', scopes: ['read'] }, 'name'],
  [{ name: 'x', scopes: [] }, 'scopes'],
  [{ name: 'x', scopes: ['root'] }, 'scopes.0'],
  [{ name: 'x', scopes: ['read'], expiresInDays: 0 }, 'expiresInDays'],
  [{ name: 'x', scopes: ['read'], userId: 'other' }, 'userId'],
] as const)('token %$ is refused by its field', async ([draft, field]) => {
  const browser = await world.signedIn(`wrong-${field.toLowerCase()}@example.com`)
  const answer = await browser.post('/tokens', draft)
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'SERVICE_REQUEST_INVALID', details: { faults: [{ field }] } },
  })
})

test('there are fifty tokens at most, also when they are made at once', async () => {
  const browser = await world.signedIn('many@example.com')
  const answers = await Promise.all(
    Array.from({ length: 53 }, (_, index) => browser.post('/tokens', { name: `t${index}`, scopes: ['read'] })),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(50)
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'AUTH_TOKEN_LIMIT' })
})

test('other services find a token by its hash, with a service token only', async () => {
  const browser = await world.signedIn('internal@example.com')
  const made = await browser.post('/tokens', { name: 'x', scopes: ['write'] })
  const hash = hashPersonalAccessToken(made.text('token'))
  const userId = (await browser.get('/me')).text('id')
  const path = '/personal-access-tokens/find'
  expect((await world.internal('POST', path, { hash })).body).toEqual({
    tokenId: made.text('id'),
    userId,
    scopes: ['write'],
    expiresAt: null,
  })
  expect((await world.internal('POST', path, { hash: 'unknown' })).body).toEqual({ tokenId: null })
  const answer = await browser.send('POST', `/internal${path}`, { body: { hash } })
  expect(answer).toMatchObject({ status: 401, body: { code: 'IDENTITY_SERVICE_TOKEN_INVALID' } })
})
