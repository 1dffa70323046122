import { ACCESS_COOKIE, REFRESH_COOKIE } from '@portolan/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgedTokens, openTokenForge } from './forged-tokens.ts'
import { tokenOf } from './outbox.ts'
import { openWealistWorld, type WealistWorld, WORLD_START_MS } from './wealist-world.ts'

let world: WealistWorld
beforeAll(async () => {
  world = await openWealistWorld()
}, WORLD_START_MS)
afterAll(() => world[Symbol.asyncDispose]())

const EACH_SERVICE = ['/api/auth/me', '/api/users/me'] as const

test('an expired token is refused by every service, by cookie and by Bearer, and a good one of the same key is not', async () => {
  const person = await world.signedIn()
  const forge = await openTokenForge(world, person)
  const now = Math.floor(Date.now() / 1000)
  const good = await forge.sign()
  const expired = await forge.sign({ claims: { iat: now - 700, exp: now - 100 } })
  const skewed = await forge.sign({ claims: { iat: now + 20, exp: now + 620 } })
  for (const path of EACH_SERVICE) {
    for (const [token, status, code] of [
      [good, 200, undefined],
      [skewed, 200, undefined],
      [expired, 401, 'IDENTITY_TOKEN_EXPIRED'],
    ] as const) {
      const byBearer = await person.elsewhere().send(`GET ${path}`, { headers: { authorization: `Bearer ${token}` } })
      const browser = person.copy()
      browser.cookies.set(ACCESS_COOKIE, token)
      for (const answer of [byBearer, await browser.get(path)]) expect(answer).toMatchObject({ status, code })
    }
  }
})

test('no forged token lets anybody in, at any service, by cookie or by Bearer', async () => {
  const person = await world.signedIn()
  const forge = await openTokenForge(world, person)
  const tokens = await forgedTokens(world, forge, person)
  for (const [flaw, token] of Object.entries(tokens)) {
    for (const path of EACH_SERVICE) {
      const byBearer = await person.elsewhere().send(`GET ${path}`, { headers: { authorization: `Bearer ${token}` } })
      const browser = person.elsewhere()
      browser.cookies.set(ACCESS_COOKIE, token)
      for (const answer of [byBearer, await browser.get(path)]) {
        expect({ flaw, path, status: answer.status }).toEqual({ flaw, path, status: 401 })
        expect(answer.raw).not.toContain(token)
      }
    }
  }
})

test('a token counts only where tokens belong: not in a query, and no personal access token as a cookie', async () => {
  const person = await world.signedIn()
  const token = await person.createToken(['admin'])
  for (const path of EACH_SERVICE) {
    for (const query of [`access_token=${person.accessToken}`, `token=${token}`, `authorization=Bearer%20${token}`]) {
      expect((await person.elsewhere().get(`${path}?${query}`)).status).toBe(401)
    }
    const browser = person.elsewhere()
    browser.cookies.set(ACCESS_COOKIE, token)
    expect(await browser.get(path)).toMatchObject({ status: 401, code: 'IDENTITY_TOKEN_INVALID' })
    // A scheme that browsers add by themselves does not get a change past the check of its origin.
    const headers = { origin: 'https://evil.example.com', authorization: 'Basic eDp5' }
    const forged = await person.copy().send('POST /api/users/workspaces', { headers, body: { name: 'Forged' } })
    expect(forged).toMatchObject({ status: 403, code: 'IDENTITY_ORIGIN_REFUSED' })
  }
})

test('nobody chooses the address that the list of sessions shows', async () => {
  const person = await world.signedUp()
  const { email, facts } = person
  const headers = { 'x-forwarded-for': '198.51.100.7', forwarded: 'for=198.51.100.7', 'x-real-ip': '198.51.100.7' }
  await person.send('POST /api/auth/sign-in', { body: { email, password: facts.password }, headers })
  const sessions = (await person.get('/api/auth/sessions')).list('sessions')
  expect(sessions).toHaveLength(1)
  expect(JSON.stringify(sessions)).not.toContain('198.51.100.7')
})

test('the session comes in two cookies that no script and no other site gets, and leaves with them', async () => {
  const person = await world.signedUp()
  const lines = (await person.signIn()).headers.getSetCookie()
  expect(lines.map((line) => line.split('=')[0])).toEqual([ACCESS_COOKIE, REFRESH_COOKIE])
  for (const line of lines) {
    const attributes = line.split('; ').slice(1)
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']))
    expect(line).not.toMatch(/domain/i)
    expect(line).toMatch(/^__Host-/)
  }
  const signedOut = await person.signOut()
  expect(signedOut.status).toBe(204)
  for (const line of signedOut.headers.getSetCookie()) {
    expect(line).toMatch(/^__Host-wealist-(access|refresh)=; /)
    expect(line.split('; ')).toEqual(
      expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=0']),
    )
  }
})

test('who signs in gets a session that nobody else knows, and the one that was planted ends', async () => {
  const attacker = await world.signedIn()
  const victim = await world.signedUp()
  for (const [name, value] of attacker.cookies) victim.cookies.set(name, value)
  const planted = attacker.sessionId
  expect((await victim.signIn()).status).toBe(200)
  expect(victim.sessionId).not.toBe(planted)
  expect(victim.userId).not.toBe(attacker.userId)
  expect(victim.refreshToken).not.toBe(attacker.refreshToken)
  await expect.poll(async () => (await attacker.copy().get('/api/auth/me')).code).toBe('IDENTITY_SESSION_ENDED')

  const invented = await world.signedUp()
  invented.cookies.set(REFRESH_COOKIE, `${victim.sessionId}.${'A'.repeat(65)}`)
  invented.cookies.set('session', 'chosen-by-somebody')
  expect((await invented.signIn()).status).toBe(200)
  expect(invented.sessionId).not.toBe(victim.sessionId)
  expect((await victim.get('/api/auth/me')).status).toBe(200) // an invented token ends nobody's session
})

test('signing up, confirming and a new password sign nobody in', async () => {
  const person = world.person()
  for (const answer of [await person.signUp(), await person.verify()]) expect(answer.headers.getSetCookie()).toEqual([])
  await person.signIn()
  const other = person.elsewhere()
  await other.post('/api/auth/password/forgot', { email: person.email })
  const token = tokenOf(await world.linkOf(person.email, 'reset-password'))
  world.keepSecret(token)
  const reset = await other.post('/api/auth/password/reset', { token, password: 'another fine password' })
  expect(reset.status).toBe(204)
  expect(reset.headers.getSetCookie()).toEqual([])
  await expect.poll(async () => (await person.get('/api/users/me')).code).toBe('IDENTITY_SESSION_ENDED')
  const again = await other.post('/api/auth/password/reset', { token, password: 'yet another password' })
  expect(again.code).toBe('AUTH_LINK_INVALID')
})

test('a session cookie that was tossed in beside the real one lets nobody in', async () => {
  const person = await world.signedIn()
  const cookie = `${ACCESS_COOKIE}=tossed; ${ACCESS_COOKIE}=${person.accessToken}`
  for (const path of EACH_SERVICE) {
    const answer = await person.elsewhere().send(`GET ${path}`, { headers: { cookie } })
    expect(answer).toMatchObject({ status: 401, code: 'IDENTITY_COOKIE_AMBIGUOUS' })
  }
})

test('reuse of a refresh token ends its family everywhere, with its event stream', async () => {
  const person = await world.signedIn()
  const bystander = person.elsewhere()
  await bystander.signIn()
  const thief = person.copy()
  await using stream = await person.listen()
  await using unconcerned = await bystander.listen()
  expect((await person.refresh()).status).toBe(200)
  expect((await person.refresh()).status).toBe(200)
  expect(await thief.copy().refresh()).toMatchObject({ status: 401, code: 'AUTH_REFRESH_REUSED' })
  await expect.poll(() => stream.isOpen).toBe(false)
  expect(stream.named('session-ended')).toEqual([{}])
  for (const path of EACH_SERVICE) {
    await expect.poll(async () => (await person.get(path)).code).toBe('IDENTITY_SESSION_ENDED')
    await expect.poll(async () => (await thief.get(path)).code).toBe('IDENTITY_SESSION_ENDED')
  }
  expect((await person.refresh()).status).toBe(401)
  expect((await bystander.get('/api/users/me')).status).toBe(200)
  expect(unconcerned.isOpen).toBe(true)
})

test('of two tabs that refresh at the same moment neither is thrown out', async () => {
  const person = await world.signedIn()
  const tab = person.copy()
  const answers = await Promise.all([person.refresh(), tab.refresh()])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect((await person.get('/api/users/me')).status).toBe(200)
})

test('signing out there, here and everywhere ends sessions and streams at once', async () => {
  const person = await world.signedIn()
  const phone = person.elsewhere()
  await phone.signIn()
  await using stream = await phone.listen()
  expect((await person.send(`DELETE /api/auth/sessions/${phone.sessionId}`)).status).toBe(204)
  await expect.poll(() => stream.isOpen).toBe(false)
  await expect.poll(async () => (await phone.get('/api/users/me')).status).toBe(401)

  const [tablet, thief] = [person.elsewhere(), person.copy()]
  await tablet.signIn()
  expect((await person.send('DELETE /api/auth/sessions')).value('endedCount')).toBe(1)
  await expect.poll(async () => (await tablet.get('/api/users/me')).status).toBe(401)
  expect((await person.signOut()).status).toBe(204)
  await expect.poll(async () => (await thief.get('/api/users/me')).status).toBe(401)
  expect((await thief.refresh()).status).toBe(401)
})

test('a removed personal access token is of no use any more', async () => {
  const person = await world.signedIn()
  const headers = { authorization: `Bearer ${await person.createToken(['admin'])}` }
  const program = person.elsewhere()
  expect((await program.send('GET /api/auth/me', { headers })).status).toBe(200)
  const id = (await person.get('/api/auth/tokens')).text('tokens', 0, 'id')
  expect((await person.send(`DELETE /api/auth/tokens/${id}`)).status).toBe(204)
  expect((await program.send('GET /api/auth/me', { headers })).code).toBe('IDENTITY_TOKEN_INVALID')
})

test.for([
  'https://evil.example.com/',
  '//evil.example.com',
  '/\\evil.example.com',
  '\\\\evil.example.com',
  '/.//evil.example.com',
  '/%09/evil.example.com',
  'javascript:alert(1)',
  '/\r\nset-cookie: x=y',
  'http:evil.example.com',
] as const)('nobody is sent away to %j', async (next) => {
  const person = world.person()
  const { email, name, password } = person.facts
  await person.post('/api/auth/sign-up', { email, name, password, locale: 'en', next })
  const verified = await person.verify()
  const target = verified.value('next') === undefined ? '/' : verified.text('next')
  expect(new URL(target, world.origin).origin).toBe(world.origin)
  for (const provider of ['google', '..%2F..%2Fevil.example.com', '%2F%2Fevil.example.com']) {
    const started = await person.get(`/api/auth/oidc/${provider}/start?next=${encodeURIComponent(next)}`)
    const answered = await person.get(`/api/auth/oidc/${provider}/callback?state=x&next=${encodeURIComponent(next)}`)
    for (const { status, headers } of [started, answered]) {
      expect(status === 302 || (status >= 400 && status < 500)).toBe(true)
      expect(headers.get('location') ?? '/sign-in?').toMatch(/^\/sign-in\?/)
      expect(headers.get('set-cookie') ?? '').not.toContain('x=y')
    }
  }
})

test('no secret that was used here stands in a log', async () => {
  expect(await world.secretsInLogs()).toEqual([])
})
