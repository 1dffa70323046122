import { errorCode } from '@portolan/errors'
import { expect, test } from 'vitest'
import { createPersonalAccessToken, hashPersonalAccessToken, isPersonalAccessToken } from './personal-access-token.ts'
import type { RequestHeaders } from './request-headers.ts'
import { ACCESS_COOKIE } from './session-cookie.ts'
import { openTestIdentity, type TestIdentity } from './testing.ts'
import { authenticateUpgrade, verifySession } from './verify-session.ts'

const waiting = { signal: new AbortController().signal }

const outcomeOf = (world: TestIdentity, headers: RequestHeaders) =>
  verifySession(headers, world.identity, waiting).then((caller) => caller?.by ?? 'nobody', errorCode)
const upgradeOf = (world: TestIdentity, headers: RequestHeaders) =>
  authenticateUpgrade({ headers }, world.identity, waiting).then((caller) => caller.by, errorCode)

test('a caller is known by Bearer token, by cookie or by personal access token', async () => {
  await using world = await openTestIdentity()
  const { userId, sessionId, bearer, cookie } = await world.signIn()
  const text = world.addPersonalToken({ userId, scopes: ['read'] })
  const all = { userId, sessionId, scopes: ['read', 'write', 'admin'] }
  expect(await verifySession(bearer, world.identity, waiting)).toMatchObject({ by: 'bearer', ...all })
  expect(await verifySession(cookie, world.identity, waiting)).toMatchObject({ by: 'cookie', ...all })
  const caller = await verifySession({ authorization: `Bearer ${text}` }, world.identity, waiting)
  expect(caller).toMatchObject({ by: 'personal-token', userId, scopes: ['read'] })
  expect(caller).not.toHaveProperty('sessionId')
})

test('nothing, another scheme and another cookie name nobody', async () => {
  await using world = await openTestIdentity()
  for (const headers of [
    {},
    { authorization: 'Basic bWluYTpwdw==' },
    { authorization: '' },
    { cookie: 'theme=dark' },
  ]) {
    expect(await outcomeOf(world, headers)).toBe('nobody')
  }
})

test('a Basic header that a foreign page slipped in does not hide that the cookie signs in', async () => {
  await using world = await openTestIdentity()
  const { cookie } = await world.signIn()
  const headers = { cookie: cookie.cookie, authorization: 'Basic bWluYTpwdw==', origin: 'https://evil.example.net' }
  expect(await outcomeOf(world, headers)).toBe('cookie')
  expect(await upgradeOf(world, headers)).toBe('IDENTITY_ORIGIN_REFUSED')
})

test('a Bearer token that is wrong is not made good by a cookie', async () => {
  await using world = await openTestIdentity()
  const { cookie } = await world.signIn()
  for (const authorization of [
    'Bearer',
    'Bearer ',
    'bearer x y',
    'Bearer a,b',
    'Bearer x',
    `Bearer wl_pat_${'a'.repeat(43)}`,
  ]) {
    expect(await outcomeOf(world, { ...cookie, authorization })).toBe('IDENTITY_TOKEN_INVALID')
  }
})

test('two access cookies are refused, whichever comes first', async () => {
  await using world = await openTestIdentity()
  const [mina, thief] = [await world.signIn('mina'), await world.signIn('thief')]
  for (const [first, second] of [
    [mina, thief],
    [thief, mina],
    [mina, mina],
  ] as const) {
    const cookie = `${first.cookie.cookie}; ${second.cookie.cookie}`
    expect(await outcomeOf(world, { cookie })).toBe('IDENTITY_COOKIE_AMBIGUOUS')
  }
  expect(await outcomeOf(world, { cookie: `wealist-access=${thief.accessToken}; ${mina.cookie.cookie}` })).toBe(
    'cookie',
  )
})

test('a personal access token in a cookie is none', async () => {
  await using world = await openTestIdentity()
  const text = world.addPersonalToken({ userId: 'mina', scopes: ['admin'] })
  expect(await outcomeOf(world, { cookie: `${ACCESS_COOKIE}=${text}` })).toBe('IDENTITY_TOKEN_INVALID')
})

test('a session that ends is refused from then on', async () => {
  await using world = await openTestIdentity()
  const session = await world.signIn()
  expect(await outcomeOf(world, session.bearer)).toBe('bearer')
  await world.endSession(session)
  expect(await outcomeOf(world, session.bearer)).toBe('IDENTITY_SESSION_ENDED')
  expect(await outcomeOf(world, (await world.signIn(session.userId)).bearer)).toBe('bearer')
})

test('a service token is no user', async () => {
  await using world = await openTestIdentity()
  const token = await world.serviceToken('board', 'test')
  expect(await outcomeOf(world, { authorization: `Bearer ${token}` })).toBe('IDENTITY_TOKEN_INVALID')
})

test('auth that is away from the start is not the fault of the token', async () => {
  await using world = await openTestIdentity()
  const { bearer } = await world.signIn()
  world.isAuthBroken = true
  expect(await outcomeOf(world, bearer)).toBe('IDENTITY_KEYS_UNAVAILABLE')
  const text = world.addPersonalToken({ userId: 'mina', scopes: ['read'] })
  expect(await outcomeOf(world, { authorization: `Bearer ${text}` })).toBe('IDENTITY_TOKEN_UNCHECKED')
  world.isAuthBroken = false
  world.clock.pass(5_000)
  expect(await outcomeOf(world, bearer)).toBe('bearer')
  expect(await outcomeOf(world, { authorization: `Bearer ${text}` })).toBe('personal-token')
})

test('a personal access token is asked for once in 30 seconds, ends in time, and its removal bites then', async () => {
  await using world = await openTestIdentity()
  const expiresAt = new Date(world.clock.now().getTime() + 20_000)
  const [lasting, short] = [
    world.addPersonalToken({ userId: 'mina', scopes: ['read'] }),
    world.addPersonalToken({ userId: 'mina', scopes: ['read'], expiresAt }),
  ]
  const ask = (text: string) => outcomeOf(world, { authorization: `Bearer ${text}` })
  const before = world.asked.length
  expect([await ask(lasting), await ask(lasting), await ask(short)]).toEqual([
    'personal-token',
    'personal-token',
    'personal-token',
  ])
  expect(world.asked.length - before).toBe(2)
  world.removePersonalToken(lasting)
  world.clock.pass(20_000)
  expect([await ask(lasting), await ask(short)]).toEqual(['personal-token', 'IDENTITY_TOKEN_INVALID'])
  world.clock.pass(10_000)
  expect(await ask(lasting)).toBe('IDENTITY_TOKEN_INVALID')
  expect(world.asked.join()).not.toContain('wl_pat_')
})

test('a personal access token looks like one, and its hash tells nothing of it', () => {
  const { text, hash, hint } = createPersonalAccessToken()
  expect(isPersonalAccessToken(text)).toBe(true)
  expect(hashPersonalAccessToken(text)).toBe(hash)
  expect(text.endsWith(hint)).toBe(true)
  for (const other of ['', 'wl_pat_', `${text}a`, ` ${text}`, `${text}\n`, text.toUpperCase(), hash])
    expect(isPersonalAccessToken(other)).toBe(false)
})

test('a socket by cookie needs the own origin; one by Bearer token does not', async () => {
  await using world = await openTestIdentity()
  const { bearer, cookie } = await world.signIn()
  const at = (origin: string) => upgradeOf(world, { cookie: cookie.cookie, origin })
  expect(await upgradeOf(world, cookie)).toBe('cookie')
  expect(await upgradeOf(world, bearer)).toBe('bearer')
  expect(await upgradeOf(world, { cookie: cookie.cookie })).toBe('IDENTITY_ORIGIN_REFUSED')
  expect(await at('null')).toBe('IDENTITY_ORIGIN_REFUSED')
  expect(await at('http://localhost:3001')).toBe('IDENTITY_ORIGIN_REFUSED')
  expect(await at('http://localhost:3000.evil.example.net')).toBe('IDENTITY_ORIGIN_REFUSED')
  expect(await upgradeOf(world, { origin: world.publicOrigin })).toBe('IDENTITY_CREDENTIALS_MISSING')
})
