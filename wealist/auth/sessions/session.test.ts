import { openBus } from '@portolan/bus'
import { SESSIONS_CHANNEL } from '@portolan/identity'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthWorld, openAuthWorld, openTestPostgres, PASSWORD, type TestBrowser } from '../testing.ts'

const releasers = new AsyncDisposableStack()
const ended: unknown[] = []
let world: AuthWorld
beforeAll(async () => {
  const postgres = releasers.use(await openTestPostgres())
  world = releasers.use(await openAuthWorld(postgres))
  const signal = AbortSignal.timeout(10_000)
  const bus = releasers.use(await openBus(world.databaseUrl, { logger: pino({ level: 'silent' }) }, { signal }))
  await bus.subscribe(SESSIONS_CHANNEL, (message) => void ended.push(message), { onGap: () => undefined })
})
afterAll(() => releasers.disposeAsync())

async function isOut(browser: TestBrowser): Promise<void> {
  await expect.poll(async () => (await browser.get('/me')).body).toMatchObject({ code: 'IDENTITY_SESSION_ENDED' })
}

test('a refresh gives new tokens and takes the old ones', async () => {
  const browser = await world.signedIn('refresh@example.com')
  const before = browser.copy()
  expect(await browser.post('/refresh')).toMatchObject({ status: 200, body: { status: 'refreshed' } })
  expect(browser.refreshToken).not.toBe(before.refreshToken)
  expect(await browser.get('/me')).toMatchObject({ status: 200 })
})

test('an old refresh token ends its session everywhere, and says so on the bus', async () => {
  const owner = await world.signedIn('stolen@example.com')
  const thief = owner.copy()
  const sid = (await owner.get('/me')).text('sessionId')
  await owner.post('/refresh')
  await owner.post('/refresh')
  const onlyAccess = owner.copy()
  const answer = await thief.post('/refresh')
  expect(answer).toMatchObject({ status: 401, body: { code: 'AUTH_REFRESH_REUSED' } })
  expect(thief.cookies.size).toBe(0) // the browser forgets what is of no use
  expect(await owner.post('/refresh')).toMatchObject({ status: 401, body: { code: 'AUTH_REFRESH_REUSED' } })
  await isOut(onlyAccess)
  await expect.poll(() => ended).toContainEqual({ type: 'session-ended', sid, userId: expect.any(String) })
  expect((await world.internal('GET', '/ended-sessions')).list('sessions')).toContainEqual({ sid })
})

test('the token just rotated may come again within ten seconds while its successor is unused', async () => {
  const browser = await world.signedIn('lost@example.com')
  const lost = browser.copy()
  await browser.post('/refresh') // this answer is lost on the way
  expect(await lost.post('/refresh')).toMatchObject({ status: 200 })
  expect(await lost.get('/me')).toMatchObject({ status: 200 })
  const late = await world.signedIn('late@example.com')
  const again = late.copy()
  await late.post('/refresh')
  world.clock.jump(11_000)
  expect(await again.post('/refresh')).toMatchObject({ status: 401, body: { code: 'AUTH_REFRESH_REUSED' } })
  world.clock.jump(-11_000)
})

test('eight tabs that refresh at once stay signed in, twenty are taken for theft, and nothing hangs', async () => {
  const few = await world.signedIn('tabs@example.com')
  const tabs = Array.from({ length: 8 }, () => few.copy())
  const answers = await Promise.all(tabs.map((tab) => tab.post('/refresh')))
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  expect(await tabs[3]?.post('/refresh')).toMatchObject({ status: 200 })
  const many = await world.signedIn('many@example.com')
  const storm = await Promise.all(Array.from({ length: 20 }, () => many.copy().post('/refresh')))
  expect(storm.filter(({ status }) => status === 200)).toHaveLength(8)
  expect(storm.filter(({ status }) => status === 401)).toHaveLength(12)
  expect(await many.post('/refresh')).toMatchObject({ status: 401, body: { code: 'AUTH_REFRESH_REUSED' } })
})

test('twenty sessions that refresh at once do not disturb each other', async () => {
  const browser = await world.signUp('crowd@example.com')
  const browsers = Array.from({ length: 20 }, () => world.browser())
  for (const each of browsers) expect((await each.signIn('crowd@example.com')).status).toBe(200)
  const answers = await Promise.all(browsers.map((each) => each.post('/refresh')))
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  await browser.signIn('crowd@example.com')
  expect((await browser.get('/sessions')).list('sessions')).toHaveLength(21)
})

test.for([
  ['nothing', undefined],
  ['an access token', 'eyJhbGciOiJub25lIn0.e30.x'],
  ['no token', 'x'],
  ['an id that is none', `not-a-uuid.${'A'.repeat(65)}`],
  ['an unknown session', `00000000-0000-4000-8000-000000000000.${'A'.repeat(65)}`],
] as const)('a refresh by %s is refused', async ([, token]) => {
  const browser = world.browser()
  if (token !== undefined) browser.cookies.set('__Host-wealist-refresh', token)
  expect(await browser.post('/refresh')).toMatchObject({ status: 401, body: { code: 'AUTH_REFRESH_INVALID' } })
})

test('a made-up token with the id of a session does not end it', async () => {
  const browser = await world.signedIn('made-up@example.com')
  const forger = world.browser()
  const [id] = browser.refreshToken.split('.')
  forger.cookies.set('__Host-wealist-refresh', `${id}.${'A'.repeat(65)}`)
  expect(await forger.post('/refresh')).toMatchObject({ status: 401, body: { code: 'AUTH_REFRESH_INVALID' } })
  expect(await browser.post('/refresh')).toMatchObject({ status: 200 })
})

test('a session ends after thirty days without use, and after ninety in any case', async () => {
  const day = 24 * 3_600_000
  const idle = await world.signedIn('idle@example.com')
  const busy = await world.signedIn('busy@example.com')
  for (let month = 0; month < 3; month += 1) {
    world.clock.jump(29 * day)
    expect(await busy.post('/refresh')).toMatchObject({ status: 200 })
  }
  expect(await idle.post('/refresh')).toMatchObject({ status: 401, body: { code: 'AUTH_REFRESH_INVALID' } })
  world.clock.jump(4 * day)
  expect(await busy.post('/refresh')).toMatchObject({ status: 401 })
  world.clock.jump(-(3 * 29 + 4) * day)
})

test('sessions are listed with their device, and can be ended there', async () => {
  const browser = await world.signUp('devices@example.com')
  const body = { email: 'devices@example.com', password: PASSWORD }
  const agent =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0 Safari/537.36'
  await browser.send('POST', '/api/auth/sign-in', { body, headers: { 'user-agent': agent } })
  const other = world.browser()
  await other.send('POST', '/api/auth/sign-in', { body, headers: { 'user-agent': 'curl/8.5.0' } })
  const list = await browser.get('/sessions')
  expect(list.list('sessions')).toEqual([
    expect.objectContaining({ device: 'curl', isCurrent: false, address: expect.stringMatching(/^198\.51\.100\./) }),
    expect.objectContaining({ device: 'Chrome, Windows', isCurrent: true }),
  ])
  expect(await browser.delete(`/sessions/${list.text('sessions', 0, 'id')}`)).toMatchObject({ status: 204 })
  await isOut(other)
  expect(await other.post('/refresh')).toMatchObject({ status: 401 })
  expect(await browser.get('/me')).toMatchObject({ status: 200 })
})

test('nobody ends the sessions of others', async () => {
  const victim = await world.signedIn('victim@example.com')
  const attacker = await world.signedIn('attacker@example.com')
  const sid = (await victim.get('/me')).text('sessionId')
  expect(await attacker.delete(`/sessions/${sid}`)).toMatchObject({
    status: 404,
    body: { code: 'AUTH_SESSION_UNKNOWN' },
  })
  expect(await attacker.delete('/sessions/nonsense')).toMatchObject({
    status: 400,
    body: { code: 'SERVICE_REQUEST_INVALID' },
  })
  expect(await attacker.delete('/sessions')).toMatchObject({ status: 200, body: { endedCount: 0 } })
  expect(await victim.post('/refresh')).toMatchObject({ status: 200 })
})

test('all other sessions can be ended at once', async () => {
  const browser = await world.signedIn('everywhere@example.com')
  const others = [world.browser(), world.browser()]
  for (const other of others) await other.signIn('everywhere@example.com')
  expect(await browser.delete('/sessions')).toMatchObject({ status: 200, body: { endedCount: 2 } })
  for (const other of others) await isOut(other)
  expect(await browser.get('/me')).toMatchObject({ status: 200 })
})

test('signing out ends the session and forgets its cookies, as often as one likes', async () => {
  const browser = await world.signedIn('out@example.com')
  const copy = browser.copy()
  expect(await browser.post('/sign-out')).toMatchObject({ status: 204 })
  expect(browser.cookies.size).toBe(0)
  expect(await browser.post('/sign-out')).toMatchObject({ status: 204 })
  await isOut(copy)
  const bearer = await world.signedIn('bearer@example.com')
  const headers = { authorization: `Bearer ${bearer.accessToken}` }
  expect(await world.browser().send('POST', '/api/auth/sign-out', { headers })).toMatchObject({ status: 204 })
  await isOut(bearer)
})

test('signing in never goes on with a session that the browser was given, and ends the one it had', async () => {
  await world.signUp('fixed@example.com')
  const attacker = await world.signedIn('fixer@example.com')
  const planted = attacker.copy() // the attacker's cookies have got into the victim's browser
  await planted.signIn('fixed@example.com')
  const sid = (await planted.get('/me')).text('sessionId')
  expect((await planted.get('/me')).text('email')).toBe('fixed@example.com')
  expect(attacker.refreshToken.startsWith(sid)).toBe(false)
  await isOut(attacker)
})

test('changes by cookie need the own origin, whatever they are', async () => {
  const browser = await world.signedIn('forged@example.com')
  for (const [method, path] of [
    ['POST', '/refresh'],
    ['POST', '/sign-out'],
    ['DELETE', '/sessions'],
    ['POST', '/tokens'],
    ['POST', '/totp/begin'],
  ] as const) {
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await browser.send(method, `/api/auth${path}`, { headers: { origin } })
      expect(answer).toMatchObject({ status: 403, body: { code: 'IDENTITY_ORIGIN_REFUSED' } })
    }
  }
  expect(await browser.get('/me')).toMatchObject({ status: 200 })
})

test('an access token of a clock that is half a minute off is taken, of one that is further off not', async () => {
  const browser = await world.signedIn('skew@example.com')
  for (const [offsetMs, status] of [
    [-25_000, 200],
    [-40_000, 401],
    [620_000, 200],
    [640_000, 401],
  ] as const) {
    world.clock.jump(offsetMs)
    expect((await browser.get('/me')).status).toBe(status)
    world.clock.jump(-offsetMs)
  }
})

test('a tampered access token is refused', async () => {
  const browser = await world.signedIn('tampered@example.com')
  const [head = '', body = '', signature = ''] = browser.accessToken.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  const other = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody-else' })).toString('base64url')
  browser.cookies.set('__Host-wealist-access', [head, other, signature].join('.'))
  expect(await browser.get('/me')).toMatchObject({ status: 401, body: { code: 'IDENTITY_TOKEN_INVALID' } })
})

test('a second process knows the session, rotates it, and hears of its end', async () => {
  const { origin } = await world.openReplica()
  const browser = await world.signedIn('replica@example.com')
  const there = world.browser(origin)
  for (const [name, value] of browser.cookies) there.cookies.set(name, value)
  expect(await there.get('/me')).toMatchObject({ status: 200 })
  expect(await there.post('/refresh')).toMatchObject({ status: 200 })
  await there.post('/sign-out')
  await isOut(browser)
})
