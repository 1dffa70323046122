import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { HonestProvider } from '../fixtures/honest-provider.ts'
import { type Lie, LyingProvider } from '../fixtures/lying-provider.ts'
import {
  type AuthWorld,
  openAuthWorld,
  openTestPostgres,
  PUBLIC_ORIGIN,
  type TestAnswer,
  type TestBrowser,
  type TestPostgres,
} from '../testing.ts'

const releasers = new AsyncDisposableStack()
let postgres: TestPostgres
let world: AuthWorld
let honest: HonestProvider
let liar: LyingProvider
beforeAll(async () => {
  postgres = releasers.use(await openTestPostgres())
  honest = releasers.use(new HonestProvider())
  liar = releasers.use(new LyingProvider())
  await Promise.all([honest.open(), liar.open()])
  world = releasers.use(await openAuthWorld(postgres, { providers: [honest.provider, liar.provider] }))
})
beforeEach(() => {
  liar.lie = {}
})
afterAll(() => releasers.disposeAsync())

function locationOf(answer: TestAnswer): string {
  expect(answer.status).toBe(302)
  return answer.headers.get('location') ?? ''
}

async function start(browser: TestBrowser, provider: string, next = '/'): Promise<URL> {
  return new URL(
    locationOf(await browser.get(`/oidc/${provider}/start?next=${encodeURIComponent(next)}`)),
    PUBLIC_ORIGIN,
  )
}

async function comeBack(browser: TestBrowser, url: URL): Promise<string> {
  return locationOf(await browser.send('GET', url.pathname + url.search))
}

async function signInBy(browser: TestBrowser, person: string, next?: string): Promise<string> {
  return comeBack(browser, await honest.signIn((await start(browser, 'honest', next)).href, person))
}

/** As if the provider had been visited. */
async function answerOfLiar(browser: TestBrowser): Promise<URL> {
  const url = await start(browser, 'lying')
  liar.nonce = url.searchParams.get('nonce') ?? ''
  const state = url.searchParams.get('state') ?? ''
  return new URL(
    `${PUBLIC_ORIGIN}/api/auth/oidc/lying/callback?${new URLSearchParams({ code: 'c', state }).toString()}`,
  )
}

test('the providers are listed by name, without what is between them and us', async () => {
  expect((await world.browser().get('/providers')).body).toEqual({
    providers: [
      { id: 'honest', name: 'Honest' },
      { id: 'lying', name: 'Lying' },
    ],
  })
})

test('somebody new gets an account, a session, and the page they wanted', async () => {
  honest.persons.set('mina', { email: 'Mina@Example.com', email_verified: true, name: '김미나', locale: 'ko-KR' })
  const browser = world.browser()
  expect(await signInBy(browser, 'mina', '/boards/1?card=2#top')).toBe('/boards/1?card=2#top')
  const me = await browser.get('/me')
  expect(me.body).toMatchObject({ email: 'mina@example.com', emailVerified: true, hasPassword: false })
  expect((await world.internal('GET', `/accounts/${me.text('id')}`)).body).toMatchObject({
    name: '김미나',
    locale: 'ko',
  })
  const again = world.browser()
  expect(await signInBy(again, 'mina')).toBe('/')
  expect((await again.get('/me')).text('id')).toBe(me.text('id'))
})

test('the request has PKCE, state and nonce, and the answer goes to our public origin', async () => {
  const url = await start(world.browser(), 'honest')
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    redirect_uri: 'http://localhost:3000/api/auth/oidc/honest/callback',
  })
})

test('an account with the same address is linked, if the provider vouches for the address', async () => {
  const browser = await world.signedIn('linked@example.com')
  const id = (await browser.get('/me')).text('id')
  honest.persons.set('unsure', { email: 'linked@example.com', email_verified: false, name: 'U' })
  const unsure = world.browser()
  expect(await signInBy(unsure, 'unsure')).toBe('/sign-in?error=AUTH_PROVIDER_EMAIL_UNVERIFIED')
  expect(await unsure.get('/me')).toMatchObject({ status: 401 })
  honest.persons.set('sure', { email: 'linked@example.com', email_verified: true, name: 'S' })
  const sure = world.browser()
  await signInBy(sure, 'sure')
  expect((await sure.get('/me')).text('id')).toBe(id)
  honest.persons.set('sure', { email: 'moved@example.com', email_verified: true })
  await signInBy(sure, 'sure') // the subject counts, not the address
  expect((await sure.get('/me')).text('id')).toBe(id)
})

test('a second factor is asked for after a provider, too', async () => {
  const browser = await world.signedIn('both@example.com')
  const secret = (await browser.post('/totp/begin')).text('secret')
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  const timestamp = world.clock.now().getTime()
  await browser.post('/totp/confirm', { code: totp.generate({ timestamp: timestamp - 30_000 }) })
  honest.persons.set('both', { email: 'both@example.com', email_verified: true })
  const other = world.browser()
  const location = await signInBy(other, 'both', '/boards')
  expect(location).toMatch(/^\/sign-in\/second-factor\?next=%2Fboards#challenge=[\w-]{43}$/)
  expect(await other.get('/me')).toMatchObject({ status: 401 })
  const challenge = location.split('#challenge=')[1]
  expect(await other.post('/second-factor', { challenge, code: totp.generate({ timestamp }) })).toMatchObject({
    status: 200,
  })
})

test.for([
  '//evil.example',
  'https://evil.example/',
  '/\\evil.example',
  '\\\\evil.example',
  'javascript:alert(1)',
  '/\r\nx: y',
  '/.//evil.example',
])('next=%j does not lead away', async (next) => {
  honest.persons.set('mina', { email: 'mina@example.com', email_verified: true })
  expect(await signInBy(world.browser(), 'mina', next)).toBe('/')
})

test('an answer is of no use in another browser, a second time, for another provider, or late', async () => {
  const unknown = '/sign-in?error=AUTH_PROVIDER_FLOW_UNKNOWN'
  const attacker = world.browser()
  const url = await answerOfLiar(attacker)
  const victim = world.browser()
  expect(await comeBack(victim, url)).toBe(unknown) // login CSRF
  expect(await comeBack(attacker, url)).toBe(unknown) // the try has used it up
  const fresh = await answerOfLiar(attacker)
  expect(await comeBack(attacker, new URL(fresh.href.replace('/lying/', '/honest/')))).toBe(unknown)
  const late = await answerOfLiar(attacker)
  world.clock.jump(15 * 60_000)
  expect(await comeBack(attacker, late)).toBe(unknown)
  world.clock.jump(-15 * 60_000)
  const good = await answerOfLiar(attacker)
  expect(await comeBack(attacker, good)).toBe('/')
  expect(await comeBack(attacker, good)).toBe(unknown)
  for (const search of ['', '?code=c', '?code=c&state=x', '?state=x&error=access_denied']) {
    expect(await comeBack(attacker, new URL(`${PUBLIC_ORIGIN}/api/auth/oidc/lying/callback${search}`))).toBe(unknown)
  }
})

test('two tabs may sign in at once', async () => {
  const browser = world.browser()
  const [first, second] = [await answerOfLiar(browser), await answerOfLiar(browser)]
  expect(await comeBack(browser, second)).toBe('/')
  liar.lie = { claims: { nonce: 'of the other' } }
  expect(await comeBack(browser, first)).toBe('/sign-in?error=AUTH_PROVIDER_ANSWER_INVALID')
})

const LIES: readonly (readonly [string, Lie])[] = [
  ['another nonce', { claims: { nonce: 'x' } }],
  ['no nonce', { without: ['nonce'] }],
  ['another audience', { claims: { aud: 'somebody-else' } }],
  ['another issuer', { claims: { iss: 'https://evil.example' } }],
  ['an expired token', { claims: { exp: 1_000_000_000 } }],
  ['no subject', { without: ['sub'] }],
  ['an empty subject', { claims: { sub: '' } }],
  ['a subject that no database takes', { claims: { sub: 'a\u0000' } }],
  ['an unsigned token', { isUnsigned: true }],
  ['a key that it does not publish', { isForeignKey: true }],
  ['no ID token', { tokenBody: '{"access_token":"a","token_type":"bearer"}' }],
  ['no JSON', { tokenBody: '<html>' }],
  ['a refusal', { status: 400, tokenBody: '{"error":"invalid_grant"}' }],
  [
    'userinfo of another subject',
    { without: ['email'], userInfo: { sub: 'other', email: 'x@example.com', email_verified: true } },
  ],
]

test.for(LIES)('a provider that answers with %s signs nobody in', async ([, lie]) => {
  const browser = world.browser()
  const url = await answerOfLiar(browser)
  liar.lie = lie
  expect(await comeBack(browser, url)).toBe('/sign-in?error=AUTH_PROVIDER_ANSWER_INVALID')
  expect(browser.refreshToken).toBe('')
})

test.for([
  ['says nothing of the address', { without: ['email_verified'], claims: { sub: 'a' } }],
  ['says "true" as a text', { claims: { sub: 'b', email_verified: 'true' } }],
  ['has no address', { without: ['email'], claims: { sub: 'c' }, userInfo: { sub: 'c' } }],
  ['has an address that is several', { claims: { sub: 'd', email: 'a@example.com, b@example.com' } }],
] as const)('somebody new whose provider %s gets no account', async ([, lie]) => {
  const browser = world.browser()
  const url = await answerOfLiar(browser)
  liar.lie = lie
  expect(await comeBack(browser, url)).toBe('/sign-in?error=AUTH_PROVIDER_EMAIL_UNVERIFIED')
})

test('who cancels at the provider is back at the sign-in page', async () => {
  const browser = world.browser()
  const url = await answerOfLiar(browser)
  url.searchParams.delete('code')
  url.searchParams.set('error', 'access_denied')
  expect(await comeBack(browser, url)).toBe('/sign-in?error=AUTH_PROVIDER_DENIED')
})

test('a provider that is down, or another than it says, leads to the sign-in page, and works when it is back', async () => {
  const down = '/sign-in?error=AUTH_PROVIDER_UNAVAILABLE'
  await using fresh = new LyingProvider()
  await fresh.open()
  await using other = await openAuthWorld(postgres, { providers: [fresh.provider] })
  const begin = async () => locationOf(await other.browser().get('/oidc/lying/start'))
  fresh.lie = { isSilent: true }
  expect(await begin()).toBe(down)
  fresh.lie = { issuer: 'https://evil.example' }
  expect(await begin()).toBe(down)
  fresh.lie = {}
  expect(await begin()).toContain(`${fresh.issuer}/authorize?`)
  const browser = world.browser()
  const url = await answerOfLiar(browser)
  liar.lie = { isSilent: true } // gone between the two halves
  expect(await comeBack(browser, url)).toBe(down)
  expect(await comeBack(browser, new URL(`${PUBLIC_ORIGIN}/api/auth/oidc/nobody/callback`))).toBe(
    '/sign-in?error=AUTH_PROVIDER_UNKNOWN',
  )
  expect(locationOf(await browser.get('/oidc/nobody/start'))).toBe('/sign-in?error=AUTH_PROVIDER_UNKNOWN')
})
