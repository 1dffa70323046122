import { expect, test } from 'vitest'
import { NoteSeal } from './sealed-note.ts'
import { openTestHub, PAGE, type TestBrowser, type TestHub } from './testing.ts'

const workspaces = { alpha: { local: true, owner: 'user-1' }, beta: { local: true, owner: 'user-1' } }

/** Up to the redirect that carries the code. */
async function walkToCode(hub: TestHub, browser: TestBrowser, host: string): Promise<URL> {
  const toPlatform = await browser.ask(host, '/?q=1', { headers: PAGE })
  const platform = new URL(toPlatform.headers.location ?? '')
  const toHost = await browser.ask(platform.host, `${platform.pathname}${platform.search}`, { headers: PAGE })
  expect([toPlatform.status, toHost.status]).toEqual([303, 303])
  expect(platform.host).toBe(hub.platformHost)
  return new URL(toHost.headers.location ?? '')
}

const pathOf = (url: URL) => `${url.pathname}${url.search}`

test('the code is in the address once, and the page that opens has none', async () => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(3000, 'alpha')
  const enter = await walkToCode(hub, browser, host)
  expect(enter.host).toBe(host)
  const { status, headers, setCookies } = await browser.ask(host, pathOf(enter))
  expect([status, headers.location]).toEqual([303, `http://${host}/?q=1`])
  expect(headers['referrer-policy']).toBe('no-referrer')
  expect(headers['cache-control']).toBe('no-store')
  for (const line of setCookies)
    expect(line).toMatch(/^__Host-portolan-[^;]*; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
})

test('a code is taken once', async () => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(3000, 'alpha')
  const enter = await walkToCode(hub, browser, host)
  const cookie = browser.cookies(host)
  expect((await hub.ask(host, pathOf(enter), { headers: { cookie } })).status).toBe(303)
  const again = await hub.ask(host, pathOf(enter), { headers: { cookie } })
  expect([again.status, again.code]).toEqual([403, 'GATEWAY_HAND_OVER_INVALID'])
  expect(again.body).toContain('"fault":"used"')
})

test('a code that another browser fetched signs nobody in: whoever sends a link cannot sign others in as himself', async () => {
  await using hub = await openTestHub({ workspaces })
  const attacker = hub.browser(await hub.identity.signIn('attacker'))
  const host = hub.host(3000, 'alpha')
  const enter = await walkToCode(hub, attacker, host)
  const victim = hub.browser()
  await victim.ask(host, '/', { headers: PAGE })
  const answer = await victim.ask(host, pathOf(enter))
  expect(answer.body).toContain('"fault":"state"')
  expect(victim.cookies(host)).not.toContain('session')
})

test('a code for one host is none for another', async () => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const [alpha, beta] = [hub.host(3000, 'alpha'), hub.host(3000, 'beta')]
  const forAlpha = await walkToCode(hub, browser, alpha)
  const forBeta = await walkToCode(hub, browser, beta)
  const mixed = `/.portolan/enter?code=${forAlpha.searchParams.get('code')}&state=${forBeta.searchParams.get('state')}`
  expect((await browser.ask(beta, mixed)).body).toContain('"fault":"host"')
  const cookie = browser.cookies(alpha)
  expect((await hub.ask(beta, pathOf(forAlpha), { headers: { cookie } })).body).toContain('"fault":"state"')
})

test.for([
  ['nothing', () => ''],
  ['another’s seal', (_: string, note: object) => new NoteSeal('x'.repeat(32)).seal('code', { ...note })],
  ['a code made for another purpose', (key: string, note: object) => new NoteSeal(key).seal('state', { ...note })],
  ['an expired one', (key: string, note: object) => new NoteSeal(key).seal('code', { ...note, e: Date.now() - 1 })],
  ['one that never ends', (key: string, note: object) => new NoteSeal(key).seal('code', { ...note, e: 'never' })],
  ['one for nobody', (key: string, note: object) => new NoteSeal(key).seal('code', { ...note, u: undefined })],
] as const)('%s is no code', async ([, make]) => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(3000, 'alpha')
  const state = (await walkToCode(hub, browser, host)).searchParams.get('state') ?? ''
  const note = { u: 'user-1', s: 'session-1', h: '3000-alpha', n: state, i: 'id', e: Date.now() + 10_000 }
  const code = make(hub.identity.serviceKey, note)
  const answer = await browser.ask(host, `/.portolan/enter?${new URLSearchParams({ code, state }).toString()}`)
  expect([answer.status, answer.code]).toEqual([403, 'GATEWAY_HAND_OVER_INVALID'])
  expect(browser.cookies(host)).not.toContain('session=')
})

test('a cookie of one host is none on another, changed or tossed', async () => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  await browser.open(hub.host(3000, 'alpha'))
  const cookie = browser.cookies(hub.host(3000, 'alpha'))
  const ask = (host: string, text: string) => hub.ask(host, '/', { headers: { cookie: text } })
  expect((await ask(hub.host(3000, 'alpha'), cookie)).code).toBe('GATEWAY_WORKSPACE_PORT_SILENT')
  expect((await ask(hub.host(3000, 'beta'), cookie)).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
  expect((await ask(hub.host(3001, 'alpha'), cookie)).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
  expect((await ask(hub.host(3000, 'alpha'), `${cookie}x`)).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
  expect((await ask(hub.host(3000, 'alpha'), cookie.toUpperCase())).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
  expect((await ask(hub.host(3000, 'alpha'), `${cookie}; ${cookie}`)).code).toBe('GATEWAY_COOKIE_AMBIGUOUS')
})

test.for([
  'https://evil.example/',
  '//evil.example/',
  'http://3000-beta.hub.localhost/',
  'http://3000-alpha.hub.localhost.evil.example/',
  'http://user:pass@3000-alpha.hub.localhost/',
  'javascript:alert(1)',
  'http://3000-alpha.hub.localhost/\r\nSet-Cookie: a=b',
])('a sign-in leads only to the workspace it was for, not to %s', async (to) => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(3000, 'alpha')
  const written = to.replaceAll('.hub.localhost/', `.hub.localhost:${hub.port}/`)
  await browser.open(host, `/.portolan/sign-in?${new URLSearchParams({ to: written }).toString()}`)
  expect(browser.seen.at(-1)?.startsWith(`${host}/`)).toBe(true)
  const hosts = browser.seen.map((address) => address.split('/', 1)[0])
  expect(new Set(hosts)).toEqual(new Set([host, hub.platformHost]))
})

test.for(['evil.example', '3000-alpha.evil.example', 'hub.localhost', '80-alpha.hub.localhost'])(
  'the platform hands nobody over to %s',
  async (host) => {
    await using hub = await openTestHub({ workspaces })
    const browser = hub.browser(await hub.identity.signIn('user-1'))
    const query = new URLSearchParams({ host, state: 'a'.repeat(22) }).toString()
    const { status, headers } = await browser.ask(hub.platformHost, `/.portolan/hand-over?${query}`)
    expect([status, headers.location]).toEqual([421, undefined])
  },
)

test('whoever is not signed in to the platform goes to its sign-in page, which is told where to go on', async () => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser()
  const host = hub.host(3000, 'alpha')
  const platform = new URL((await browser.ask(host, '/', { headers: PAGE })).headers.location ?? '')
  const { headers } = await browser.ask(platform.host, pathOf(platform))
  const page = new URL(headers.location ?? '')
  expect([page.host, page.pathname]).toEqual([hub.platformHost, '/sign-in'])
  expect(page.searchParams.get('next')).toBe(pathOf(platform))
})

test('a Bearer token at the platform hands nobody over: the session is in its cookie alone', async () => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser()
  const { bearer } = await hub.identity.signIn('user-1')
  const platform = new URL((await browser.ask(hub.host(3000, 'alpha'), '/', { headers: PAGE })).headers.location ?? '')
  const { headers } = await browser.ask(platform.host, pathOf(platform), { headers: bearer })
  expect(headers.location).toContain('/sign-in?next=')
})

test('tabs that sign in at once do not push each other out, and do not fill the browser with cookies (complaint 3)', async () => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(3000, 'alpha')
  const first = await walkToCode(hub, browser, host)
  const second = await walkToCode(hub, browser, host)
  expect((await browser.ask(host, pathOf(first))).status).toBe(303)
  expect((await browser.ask(host, pathOf(second))).status).toBe(303)
  browser.forget(host)
  for (let count = 0; count < 20; count += 1) await browser.ask(host, '/', { headers: PAGE })
  expect(browser.cookies(host).split('; ').length).toBeLessThanOrEqual(8)
})

test('a browser that keeps no cookies is told so, and not sent in circles (complaint 3)', async () => {
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(3000, 'alpha')
  const enter = await walkToCode(hub, browser, host)
  const { status, headers, body } = await hub.ask(host, pathOf(enter), { headers: PAGE })
  expect([status, headers.location]).toEqual([403, undefined])
  expect(body).toMatch(/GATEWAY_HAND_OVER_INVALID/)
})

test('a cookie that is older than the list of ended sessions counts only while nobody can have been missed', async () => {
  await using hub = await openTestHub({ workspaces })
  const seal = new NoteSeal(hub.identity.serviceKey)
  const ask = (minutes: number) => {
    const madeMs = Date.now() - minutes * 60_000
    const text = seal.seal('session', { u: 'user-1', s: 'session-1', h: '3000-alpha', b: madeMs, m: madeMs })
    return hub.ask(hub.host(3000, 'alpha'), '/', { headers: { cookie: `__Host-portolan-session=${text}` } })
  }
  expect((await ask(9)).code).toBe('GATEWAY_WORKSPACE_PORT_SILENT')
  expect((await ask(20)).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
  expect((await ask(13 * 60)).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
})

test('a cookie in use is renewed', async () => {
  await using hub = await openTestHub({ workspaces: { alpha: { ...workspaces.alpha, state: 'running' } } })
  const seal = new NoteSeal(hub.identity.serviceKey)
  const madeMs = Date.now() - 5 * 60_000
  const { createServer } = await import('node:http')
  const server = createServer((_request, response) => response.end('app')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const place = server.address()
  const port = typeof place === 'object' && place !== null ? place.port : 0
  const text = seal.seal('session', { u: 'user-1', s: 'session-1', h: `${port}-alpha`, b: madeMs, m: madeMs })
  const cookie = `__Host-portolan-session=${text}`
  const { status, setCookies } = await hub.ask(hub.host(port, 'alpha'), '/', { headers: { cookie } })
  expect(status).toBe(200)
  expect(setCookies[0]).toMatch(
    /^__Host-portolan-session=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=4\d{4}$/,
  )
  server.close()
})
