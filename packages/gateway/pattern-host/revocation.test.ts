import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:http2'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { eventually } from '../eventually.ts'
import { openTestUpstream, RawClient } from '../testing.ts'
import { openTestHub, type TestBrowser, type TestHub } from './testing.ts'

/** A development server whose answers do not end by themselves. */
async function openEndless() {
  let openCount = 0
  const follow = (gone: { once: (event: 'close', listener: () => void) => unknown }): void => {
    openCount += 1
    gone.once('close', () => {
      openCount -= 1
    })
  }
  const begin = (response: ServerResponse, type: string): void => {
    follow(response)
    response.writeHead(200, { 'content-type': type }).write('first')
  }
  const upstream = await openTestUpstream((request, response) => {
    if (request.url === '/events') begin(response, 'text/event-stream')
    else if (request.url === '/long') begin(response, 'text/plain')
    else if (request.url === '/silent') follow(response)
    else response.end('app')
  })
  new WebSocketServer({ server: upstream.server }).on('connection', (socket) => follow(socket))
  return {
    port: upstream.port,
    openCount: () => openCount,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  }
}

const owned = (owner: string, more: object = {}) => ({ local: true, owner, ...more })

interface Visited {
  readonly hub: TestHub
  readonly browser: TestBrowser
  readonly host: string
}

function openWebSocket({ browser, host }: Pick<Visited, 'browser' | 'host'>) {
  const socket = browser.webSocket(host)
  socket.on('error', () => undefined) // it is to break off
  return socket
}

async function ask({ hub, browser, host }: Visited, path: string): Promise<RawClient> {
  const client = await RawClient.open(hub.port)
  client.say(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${browser.cookies(host)}\r\n\r\n`)
  return client
}

function openFigures({ gateway }: TestHub) {
  const { requestCount, streams, tunnels, upstreams } = gateway.snapshot()
  const usedCount = upstreams.flatMap(({ targets }) => targets).reduce((sum, target) => sum + target.usedCount, 0)
  return { requestCount, streams: streams.open, tunnels: tunnels.open, usedCount }
}

const NOTHING_OPEN = { requestCount: 0, streams: 0, tunnels: 0, usedCount: 0 }

test('a session that ends leaves nothing open, neither at the app nor in the figures', async () => {
  await using app = await openEndless()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const session = await hub.identity.signIn('user-1')
  const [browser, host] = [hub.browser(session), hub.host(app.port, 'alpha')]
  await browser.open(host)
  await using clients = new AsyncDisposableStack()
  for (const path of ['/events', '/long', '/silent']) clients.use(await ask({ hub, browser, host }, path))
  await once(openWebSocket({ browser, host }), 'open')
  const http2 = connect(`http://127.0.0.1:${hub.port}`)
  clients.defer(() => http2.destroy())
  const named = { ':authority': host, cookie: browser.cookies(host) }
  await once(http2, 'remoteSettings')
  const stream = http2.request({ ':path': '/events', ...named }).on('error', () => undefined)
  const socket = http2.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/live', ...named })
  socket.on('error', () => undefined)
  await Promise.all([once(stream, 'response'), once(socket, 'response')])
  await eventually(app.openCount).toBe(6)
  await hub.identity.endSession(session)
  await eventually(app.openCount).toBe(0)
  await eventually(() => openFigures(hub)).toEqual(NOTHING_OPEN)
  await eventually(() => [stream.closed, socket.closed]).toEqual([true, true])
})

test('what is open ends with its session when the configuration has changed meanwhile, and so does its cookie', async () => {
  await using app = await openEndless()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const session = await hub.identity.signIn('user-1')
  const [browser, host] = [hub.browser(session), hub.host(app.port, 'alpha')]
  await browser.open(host)
  await using _client = await ask({ hub, browser, host }, '/events')
  await eventually(app.openCount).toBe(1)
  await hub.change({ deniedPorts: [5432, 6379] })
  await hub.identity.endSession(session)
  await eventually(app.openCount).toBe(0)
  expect((await browser.ask(host, '/')).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
})

test('an end that was heard before a change of the configuration counts after it', async () => {
  await using app = await openEndless()
  await using hub = await openTestHub({ workspaces: { alpha: owned('user-1') } })
  const session = await hub.identity.signIn('user-1')
  const [browser, host] = [hub.browser(session), hub.host(app.port, 'alpha')]
  await browser.open(host)
  await hub.identity.endSession(session)
  await eventually(async () => (await browser.ask(host, '/')).status).toBe(401)
  await hub.change({ deniedPorts: [5432, 6379], authUrl: hub.identity.userUrl })
  expect((await browser.ask(host, '/')).code).toBe('GATEWAY_SIGN_IN_REQUIRED')
})

test('what a change of the sharing, of the members or of the ports no longer allows breaks off; the rest goes on', async () => {
  await using app = await openEndless()
  const workspaceOf = (more: object) => owned('user-1', { sharing: 'members', ...more })
  await using hub = await openTestHub({
    workspaces: { alpha: workspaceOf({ members: ['user-2'] }), beta: owned('user-1', { sharing: 'public' }) },
  })
  const [alpha, beta] = [hub.host(app.port, 'alpha'), hub.host(app.port, 'beta')]
  const [owner, member] = [
    hub.browser(await hub.identity.signIn('user-1')),
    hub.browser(await hub.identity.signIn('user-2')),
  ]
  for (const browser of [owner, member]) await browser.open(alpha)
  const sockets = [
    openWebSocket({ browser: owner, host: alpha }),
    openWebSocket({ browser: member, host: alpha }),
    openWebSocket({ browser: hub.browser(), host: beta }),
  ]
  await Promise.all(sockets.map((socket) => once(socket, 'open')))
  await hub.change({ directory: { kind: 'table', workspaces: { alpha: workspaceOf({}), beta: owned('user-1') } } })
  await eventually(() => sockets.map(({ readyState }) => readyState === 1)).toEqual([true, false, false])
  await hub.change({ deniedPorts: [app.port] })
  await eventually(app.openCount).toBe(0)
})

test('what is open is looked at again now and then', async () => {
  await using app = await openEndless()
  let sharing = 'public'
  await using directory = await openTestUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(owned('user-1', { sharing })))
  })
  const url = `http://127.0.0.1:${directory.port}/`
  await using hub = await openTestHub({ directory: { kind: 'http', url, service: 'hub' }, reviewMs: 50 })
  const socket = openWebSocket({ browser: hub.browser(), host: hub.host(app.port, 'alpha') })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  sharing = 'owner'
  await closed // what the directory said counts for two seconds
})

test('a session that ends while others are asked about the request lets nothing through', async () => {
  await using app = await openEndless()
  const asked = Promise.withResolvers<void>()
  const mayAnswer = Promise.withResolvers<void>()
  await using users = await openTestUpstream((_request, response) => {
    asked.resolve()
    const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"role":"member"}')
    void mayAnswer.promise.then(answer) // neither rejects
  })
  const workspaces = { alpha: owned('user-1', { sharing: 'members', team: randomUUID() }) }
  await using hub = await openTestHub({ workspaces, userUrl: () => `http://127.0.0.1:${users.port}` })
  const session = await hub.identity.signIn(randomUUID())
  const browser = hub.browser(session)
  const opening = browser.open(hub.host(app.port, 'alpha'))
  await asked.promise
  await hub.identity.endSession(session)
  await hub.change({ deniedPorts: [5432, 6379] }) // asks at once which sessions have ended
  mayAnswer.resolve()
  expect((await opening).body).not.toBe('app')
  expect(browser.seen.at(-1)).toMatch(/\/sign-in\?next=/)
})
