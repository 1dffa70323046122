import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { eventually } from '../eventually.ts'
import { openTestUpstream, RawClient } from '../testing.ts'
import { openTestHub, PAGE } from './testing.ts'

/** A development server that tells what it was asked. */
async function openApp(answer: (request: IncomingMessage) => Readonly<Record<string, string | string[]>> = () => ({})) {
  const requests: IncomingMessage[] = []
  const upstream = await openTestUpstream((request, response) => {
    requests.push(request)
    response.writeHead(200, { 'content-type': 'text/plain', ...answer(request) }).end(`app ${request.url}`)
  })
  const sockets = new WebSocketServer({ server: upstream.server })
  sockets.on('connection', (socket, request) => {
    requests.push(request)
    socket.on('message', (data) => socket.send(`echo ${Buffer.isBuffer(data) ? data.toString() : ''}`))
  })
  return { port: upstream.port, requests, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() }
}

async function outcomeOf(socket: WebSocket): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  socket.on('error', () => undefined) // the status is what counts
  socket.once('open', () => resolve(101))
  socket.once('unexpected-response', (_request, response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
    socket.terminate()
  })
  return promise
}

const owned = (owner: string, more: object = {}) => ({ local: true, owner, ...more })

test('a public port is shown to anybody, without a sign-in, with the Host that was asked for', async () => {
  await using app = await openApp()
  await using hub = await openTestHub({ workspaces: { alpha: owned('u1', { sharing: 'public' }) } })
  const host = hub.host(app.port, 'alpha')
  const { status, body } = await hub.ask(host, '/src/main.ts?x=1')
  expect([status, body]).toEqual([200, 'app /src/main.ts?x=1'])
  expect(app.requests[0]?.headers.host).toBe(host)
})

test('a port of somebody’s own sends a page to the sign-in and on to where it was going, with one cookie for that host', async () => {
  await using app = await openApp()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(app.port, 'alpha')
  const answer = await browser.open(host, '/deep/page?tab=2')
  expect([answer.status, answer.body]).toEqual([200, 'app /deep/page?tab=2'])
  expect(browser.seen.at(-1)).toBe(`${host}/deep/page?tab=2`)
  expect(browser.cookies(host)).toMatch(/^__Host-portolan-session=[\w.-]+$/)
  expect(app.requests).toHaveLength(1)
  const { setCookies } = await browser.ask(hub.platformHost, '/.portolan/hand-over?host=x')
  expect(setCookies).toEqual([])
})

test.for([
  ['fetch', { 'sec-fetch-mode': 'cors', accept: 'text/html' }],
  ['XHR', { 'x-requested-with': 'XMLHttpRequest', accept: 'text/html' }],
  ['a program', { accept: '*/*' }],
] as const)('%s without a session is answered with 401 and a code, never with a redirect', async ([, headers]) => {
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const { status, code, body } = await hub.ask(hub.host(3000, 'alpha'), '/api', { headers })
  expect([status, code]).toEqual([401, 'GATEWAY_SIGN_IN_REQUIRED'])
  expect(body).toContain(`${hub.origin(3000, 'alpha')}/.portolan/sign-in`)
})

test('a POST of a page is answered with 401 and not redirected: what it carried would be lost', async () => {
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const asking = { method: 'POST', headers: PAGE, body: 'x' }
  expect((await hub.ask(hub.host(3000, 'alpha'), '/', asking)).status).toBe(401)
})

test('a WebSocket without a session is refused with 401', async () => {
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  expect(await outcomeOf(hub.browser().webSocket(hub.host(3000, 'alpha')))).toBe(401)
})

test.for([
  ['owner', 'user-1', 200],
  ['owner', 'user-2', 403],
  ['owner', 'member-1', 403],
  ['members', 'member-1', 200],
  ['members', 'team-mate', 200],
  ['members', 'user-2', 403],
  ['signed-in', 'user-2', 200],
  ['public', 'user-2', 200],
] as const)('what is shared with "%s" answers %s with %i', async ([sharing, userId, status]) => {
  await using app = await openApp()
  const workspace = owned('user-1', { members: ['member-1'], team: 'team-1', ports: { [app.port]: { sharing } } })
  await using hub = await openTestHub({ workspaces: { alpha: workspace } })
  await hub.identity.setRole('team-1', 'team-mate', 'member')
  const browser = hub.browser(await hub.identity.signIn(userId))
  const answer = await browser.open(hub.host(app.port, 'alpha'))
  expect(answer.status).toBe(status)
  if (status === 403) expect(answer.body).toContain('GATEWAY_WORKSPACE_REFUSED')
})

test('an administrator’s cap is narrower than what a workspace says', async () => {
  const workspaces = { alpha: owned('user-1', { sharing: 'public' }) }
  await using hub = await openTestHub({ workspaces, sharing: { unlessSaid: 'owner', most: 'members' } })
  const browser = hub.browser(await hub.identity.signIn('user-2'))
  expect((await hub.ask(hub.host(3000, 'alpha'), '/')).status).toBe(401)
  expect((await browser.open(hub.host(3000, 'alpha'))).status).toBe(403)
})

test('a workspace that does not exist looks to a stranger like one of somebody else’s, and is unknown to who is signed in', async () => {
  await using hub = await openTestHub()
  expect((await hub.ask(hub.host(3000, 'nobody'), '/')).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
  const answer = await hub.browser(await hub.identity.signIn()).open(hub.host(3000, 'nobody'))
  expect(answer.status).toBe(404)
  expect(answer.body).toContain('GATEWAY_WORKSPACE_UNKNOWN')
})

test.for([
  ['a port on the deny list', '5432-alpha.hub.localhost', 403, 'GATEWAY_WORKSPACE_PORT_DENIED'],
  ['a host that names no port', 'alpha.hub.localhost', 421, 'GATEWAY_PATTERN_HOST_INVALID'],
  ['a dot at the end', '3000-alpha.hub.localhost.', 421, 'GATEWAY_PATTERN_HOST_INVALID'],
  ['a deeper host', 'x.3000-alpha.hub.localhost', 421, 'GATEWAY_PATTERN_HOST_INVALID'],
  ['a zero in front', '03000-alpha.hub.localhost', 421, 'GATEWAY_PATTERN_HOST_INVALID'],
  ['another domain', '3000-alpha.evil.example', 421, 'GATEWAY_HOST_UNKNOWN'],
  ['a longer domain', '3000-alpha.hub.localhost.evil.example', 421, 'GATEWAY_HOST_UNKNOWN'],
] as const)('%s is refused with its code, and reaches no route either', async ([, host, status, code]) => {
  await using platform = await openApp()
  await using hub = await openTestHub({
    platformPort: platform.port,
    workspaces: { alpha: owned('u', { sharing: 'public' }) },
  })
  const answer = await hub.ask(host, '/')
  expect([answer.status, answer.code]).toEqual([status, code])
  expect(answer.body).not.toMatch(/127\.0\.0\.1|::1/)
  expect(platform.requests).toEqual([])
})

test('the absolute form decides, not the Host beside it', async () => {
  await using app = await openApp()
  const workspaces = { alpha: owned('u', { sharing: 'public' }), beta: owned('u') }
  await using hub = await openTestHub({ workspaces })
  await using client = await RawClient.open(hub.port)
  const [open, own] = [hub.host(app.port, 'alpha'), hub.host(app.port, 'beta')]
  client.say(`GET http://${own}/ HTTP/1.1\r\nHost: ${open}\r\n\r\nGET http://${open}/ HTTP/1.1\r\nHost: ${own}\r\n\r\n`)
  await eventually(() => client.received).toMatch(/^HTTP\/1\.1 401 [\s\S]*HTTP\/1\.1 200 /)
  expect(app.requests.map(({ headers }) => headers.host)).toEqual([open])
})

test('the platform itself and its paths go on as routes', async () => {
  await using platform = await openApp()
  await using hub = await openTestHub({ platformPort: platform.port })
  expect((await hub.ask(hub.platformHost, '/dashboard')).body).toBe('app /dashboard')
})

test('the app’s own Authorization passes untouched, and is nobody’s session (complaint 2)', async () => {
  await using app = await openApp()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const session = await hub.identity.signIn('user-1')
  const host = hub.host(app.port, 'alpha')
  expect((await hub.ask(host, '/', { headers: session.bearer })).status).toBe(401)
  const browser = hub.browser(session)
  await browser.open(host)
  await browser.ask(host, '/api', { headers: { authorization: 'Bearer app-own' } })
  expect(app.requests.at(-1)?.headers.authorization).toBe('Bearer app-own')
})

test('no cookie of the platform or of the gateway reaches the app, by a request or by an upgrade (complaint 5)', async () => {
  await using app = await openApp()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const session = await hub.identity.signIn('user-1')
  const browser = hub.browser(session)
  const host = hub.host(app.port, 'alpha')
  await browser.open(host)
  const cookie = `theme=dark; ${session.cookie.cookie}; ${browser.cookies(host)}; a=b`
  await hub.ask(host, '/', { headers: { cookie } })
  expect(app.requests.at(-1)?.headers.cookie).toBe('theme=dark; a=b')
  const socket = browser.webSocket(host, { cookie })
  await once(socket, 'open')
  expect(app.requests.at(-1)?.headers.cookie).toBe('theme=dark; a=b')
  socket.terminate()
})

test('an app cannot set a reserved cookie or one for a parent domain, nor empty the site of cookies', async () => {
  const cookies = ['a=1; Domain=hub.localhost; Path=/', '__Host-portolan-session=x; Secure; Path=/', 'b=2']
  await using app = await openApp(() => ({ 'set-cookie': cookies, 'clear-site-data': '"cookies"' }))
  await using hub = await openTestHub({ workspaces: { alpha: owned('u', { sharing: 'public' }) } })
  const { setCookies, headers } = await hub.ask(hub.host(app.port, 'alpha'), '/')
  expect(setCookies).toEqual(['a=1; Path=/', 'b=2'])
  expect(headers['clear-site-data']).toBeUndefined()
})

test('a preflight of a declared sibling is answered before any sign-in, with its exact origin (complaint 1)', async () => {
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1', { siblings: [[5173, 8000]] }) } })
  const preflight = (origin: string) =>
    hub.ask(hub.host(8000, 'alpha'), '/api', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'content-type' },
    })
  const { status, headers } = await preflight(hub.origin(5173, 'alpha'))
  expect(status).toBe(204)
  expect(headers).toMatchObject({
    'access-control-allow-origin': hub.origin(5173, 'alpha'),
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'PATCH',
    'access-control-allow-headers': 'content-type',
  })
  for (const origin of [hub.origin(5174, 'alpha'), hub.origin(5173, 'beta'), 'null', 'https://evil.example']) {
    const refused = await preflight(origin)
    expect([refused.status, refused.code]).toEqual([403, 'GATEWAY_FOREIGN_PAGE_REFUSED'])
    expect(refused.headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('a front end asks its back end with the session that was made for both by one sign-in (complaint 1)', async () => {
  await using front = await openApp()
  await using back = await openApp(() => ({ 'access-control-allow-origin': '*' }))
  const workspaces = { alpha: owned('user-1', { siblings: [[front.port, back.port]] }) }
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const origin = hub.origin(front.port, 'alpha')
  const crossPort = { headers: { origin, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' } }
  const before = await browser.ask(hub.host(back.port, 'alpha'), '/api', crossPort)
  expect([before.status, before.headers['access-control-allow-origin']]).toEqual([401, origin])
  expect((await browser.open(hub.host(front.port, 'alpha'), '/list')).body).toBe('app /list')
  const after = await browser.ask(hub.host(back.port, 'alpha'), '/api', crossPort)
  expect([after.status, after.body]).toEqual([200, 'app /api'])
  expect(after.headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
  })
})

test.for([
  ['a form of another workspace', 'POST', { origin: 'http://3000-evil.hub.localhost' }],
  ['a sandboxed page', 'POST', { origin: 'null' }],
  ['another site', 'GET', { origin: 'https://evil.example' }],
  ['an image of another workspace', 'GET', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
] as const)('%s cannot use the session of a preview host', async ([, method, headers]) => {
  await using app = await openApp()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(app.port, 'alpha')
  await browser.open(host)
  const { status, code } = await browser.ask(host, '/delete', { method, headers })
  expect([status, code]).toEqual([403, 'GATEWAY_FOREIGN_PAGE_REFUSED'])
  expect(app.requests).toHaveLength(1)
})

test('an image that the front end takes from its back end is shown, though it comes without an Origin', async () => {
  await using back = await openApp()
  const workspaces = { alpha: owned('user-1', { siblings: [[5173, back.port]] }) }
  await using hub = await openTestHub({ workspaces })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(back.port, 'alpha')
  await browser.open(host)
  const referer = `${hub.origin(5173, 'alpha')}/`
  const headers = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', referer }
  expect((await browser.ask(host, '/logo.png', { headers })).status).toBe(200)
})

test.for([
  ['its own page', (own: string) => own, 101],
  ['a declared sibling', (_own: string, sibling: string) => sibling, 101],
  ['another workspace', () => 'http://3000-evil.hub.localhost', 403],
  ['a sandboxed page', () => 'null', 403],
  ['a longer name', (own: string) => `${own}.evil.example`, 403],
] as const)('a WebSocket opened by %s: %i, of a public port as well', async ([, originOf, status]) => {
  await using app = await openApp()
  const workspaces = { alpha: owned('user-1', { siblings: [[5173, app.port]], sharing: 'public' }) }
  await using hub = await openTestHub({ workspaces })
  const origin = originOf(hub.origin(app.port, 'alpha'), hub.origin(5173, 'alpha'))
  const socket = hub.browser().webSocket(hub.host(app.port, 'alpha'), { origin })
  expect(await outcomeOf(socket)).toBe(status)
  socket.terminate()
})

test('a session that ends closes what is open by it, and its cookies with it', async () => {
  await using app = await openApp()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const session = await hub.identity.signIn('user-1')
  const browser = hub.browser(session)
  const host = hub.host(app.port, 'alpha')
  await browser.open(host)
  const socket = browser.webSocket(host)
  socket.on('error', () => undefined) // it is to break off
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await hub.identity.endSession(session)
  await closed
  expect((await browser.ask(host, '/')).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
})

test.for([
  ['stopped', { state: 'stopped' }, 503, 'GATEWAY_WORKSPACE_STOPPED'],
  ['starting', { state: 'starting' }, 503, 'GATEWAY_WORKSPACE_STARTING'],
  ['running, with nothing on the port', {}, 502, 'GATEWAY_WORKSPACE_PORT_SILENT'],
] as const)(
  'a workspace that is %s: a page that waits, and for programs a problem that says when',
  async ([, more, status, code]) => {
    await using hub = await openTestHub({ workspaces: { alpha: owned('u', { sharing: 'public', ...more }) } })
    const host = hub.host(3999, 'alpha')
    const problem = await hub.ask(host, '/api')
    expect([problem.status, problem.code, problem.headers['retry-after']]).toEqual([status, code, '2'])
    expect(problem.body).not.toMatch(/127\.0\.0\.1|::1/)
    const page = await hub.ask(host, '/', { headers: { ...PAGE, 'accept-language': 'ko' } })
    expect(page.status).toBe(status)
    expect(page.body).toMatch(/<html lang="ko">[\s\S]*alpha[\s\S]*http-equiv="refresh"[\s\S]*<script>/)
    const sent = await hub.ask(host, '/', { method: 'POST', headers: PAGE, body: 'x' })
    expect(sent.body).not.toMatch(/<script>|http-equiv="refresh"/)
  },
)

test.for(['127.0.0.1', '::1'])(
  'a server of a local workspace that listens on %s only is found (complaint 9)',
  async (address) => {
    const { createServer } = await import('node:http')
    const server = createServer((_request, response) => response.end(`on ${address}`)).listen(0, address)
    await once(server, 'listening')
    const place = server.address()
    const port = typeof place === 'object' && place !== null ? place.port : 0
    await using hub = await openTestHub({ workspaces: { alpha: owned('u', { sharing: 'public' }) } })
    expect((await hub.ask(hub.host(port, 'alpha'), '/')).body).toBe(`on ${address}`)
    server.closeAllConnections()
    server.close()
  },
)

test('a local workspace cannot show the gateway’s own ports', async () => {
  await using hub = await openTestHub({ workspaces: { alpha: owned('u', { sharing: 'public' }) } })
  expect((await hub.ask(hub.host(hub.port, 'alpha'), '/')).code).toBe('GATEWAY_WORKSPACE_PORT_DENIED')
})

test('a local workspace cannot show a port of the gateway’s admin or of the stack’s own services, unless it is said', async () => {
  await using service = await openApp()
  await using other = await openApp()
  await using admin = await openApp()
  await using hub = await openTestHub({
    platformPort: service.port,
    workspaces: {
      alpha: owned('u', { sharing: 'public' }),
      beta: owned('u', { sharing: 'public', stackPorts: [service.port, admin.port] }),
    },
    also: {
      admin: { address: '127.0.0.1', port: admin.port },
      upstreams: [{ name: 'pair', pair: { active: 'blue', blue: { host: 'localhost', port: other.port } } }],
    },
  })
  const codeOf = async (port: number, workspace: string) => (await hub.ask(hub.host(port, workspace), '/')).code
  const auth = Number(new URL(hub.identity.authUrl).port)
  for (const port of [service.port, other.port, admin.port, auth]) {
    expect(await codeOf(port, 'alpha')).toBe('GATEWAY_WORKSPACE_PORT_DENIED')
  }
  expect(await codeOf(admin.port, 'beta')).toBe('GATEWAY_WORKSPACE_PORT_DENIED')
  expect(await codeOf(service.port, 'beta')).toBeUndefined()
  expect([service, other, admin].flatMap(({ requests }) => requests)).toHaveLength(1)
})

test('a page of another workspace cannot show a private port in a frame; the platform’s and a sibling’s can, and anybody can link there', async () => {
  await using app = await openApp()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1', { siblings: [[5173, app.port]] }) } })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(app.port, 'alpha')
  await browser.open(host)
  const outcome = async (origin: string, destination: string) => {
    const headers = {
      ...PAGE,
      'sec-fetch-dest': destination,
      'sec-fetch-site': 'same-site',
      referer: `${origin}/page`,
    }
    const { status, code } = await browser.ask(host, '/', { headers })
    return code ?? status
  }
  const evil = hub.origin(3000, 'evil')
  for (const destination of ['iframe', 'frame', 'object', 'embed']) {
    expect(await outcome(evil, destination)).toBe(403) // as a page: it is a browser that asks
  }
  expect(await outcome(evil, 'document')).toBe(200)
  expect(await outcome(hub.origin(5173, 'alpha'), 'iframe')).toBe(200)
  expect(await outcome(`http://${hub.platformHost}`, 'iframe')).toBe(200)
})

test('strangers are held to their rate before anybody is asked about where they go', async () => {
  let askedCount = 0
  await using directory = await openTestUpstream((_request, response) => {
    askedCount += 1
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"HUB_WORKSPACE_UNKNOWN"}')
  })
  await using hub = await openTestHub({
    directory: { kind: 'http', url: `http://127.0.0.1:${directory.port}/`, service: 'hub' },
    also: { limits: { exempt: [], client: { requestsPerSecond: 1, burst: 2 } } },
  })
  const asked = Array.from({ length: 8 }, (_, index) => hub.ask(hub.host(3000, `x${index}`), '/'))
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 429)).toHaveLength(6)
  expect(askedCount).toBe(2)
})

test.for(['127.0.0.1', 'localhost', '169.254.169.254', '[::1]', '::ffff:127.0.0.1'])(
  'a workspace registered at %s is not reached unless it is said to be local',
  async (address) => {
    await using app = await openApp()
    await using hub = await openTestHub({ workspaces: { alpha: { address, sharing: 'public' } } })
    const { status, code, body } = await hub.ask(hub.host(app.port, 'alpha'), '/')
    expect([status, code]).toEqual([502, 'GATEWAY_WORKSPACE_ADDRESS_REFUSED'])
    expect(body).not.toContain(address)
    expect(app.requests).toEqual([])
  },
)

test('nothing below /.portolan/ of a preview host reaches the app', async () => {
  await using app = await openApp()
  await using hub = await openTestHub({ workspaces: { alpha: owned('u', { sharing: 'public' }) } })
  for (const path of ['/.portolan/enter', '/.portolan/x', '/%2eportolan/enter', '//.portolan/sign-in/..//x']) {
    await hub.ask(hub.host(app.port, 'alpha'), path)
  }
  expect(app.requests).toEqual([])
})
