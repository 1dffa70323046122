import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer as createNetServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestSocketServer, openTestUpstream, RawClient, routeTo } from './testing.ts'

const HANDSHAKE =
  'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
const AGREED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Own: 1\r\n\r\n'

/** A WebSocket service that says what it hears. */
async function openEcho() {
  const upstream = await openTestUpstream((_request, response) => response.writeHead(404).end())
  const handshakes: IncomingMessage[] = []
  const sockets = new WebSocketServer({ server: upstream.server, handleProtocols: () => 'chart' })
  sockets.on('connection', (socket, request) => {
    handshakes.push(request)
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  return { ...upstream, handshakes, sockets, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() }
}

/** A service that agrees to a handshake by hand, and hands its socket to the test. */
async function openBareService(answer: string) {
  const accepted = Promise.withResolvers<Socket>()
  let heard = ''
  const server = createNetServer({ allowHalfOpen: true })
  const service = await openTestSocketServer(server, (socket) => {
    socket.setEncoding('latin1').once('data', (text: string) => {
      heard = text
      socket.on('data', (more: string) => {
        heard += more
      })
      socket.write(answer)
      accepted.resolve(socket)
    })
  })
  /** All that came after the handshake. */
  const after = () => heard.slice(heard.indexOf('\r\n\r\n') + 4)
  return { ...service, accepted: accepted.promise, after }
}

test('frames flow both ways, with the protocol and the headers of the handshake', async () => {
  await using echo = await openEcho()
  await using world = await openTestGateway([routeTo('/ws', echo.port, { websocket: true })])
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}/ws/./boards?since=1`, ['chart'])
  socket.on('upgrade', (answer) => expect(answer.headers['x-request-id']).toMatch(/^[\w-]{36}$/))
  await once(socket, 'open')
  expect(socket.protocol).toBe('chart')
  expect(echo.handshakes[0]?.url).toBe('/ws/boards?since=1')
  expect(echo.handshakes[0]?.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', host: `127.0.0.1:${world.port}` })
  for (const message of ['hello', 'x'.repeat(1_000_000)]) {
    socket.send(message)
    const [answer] = await once(socket, 'message')
    expect(String(answer) === message).toBe(true)
  }
  socket.close(4001, 'enough')
  expect((await once(socket, 'close'))[0]).toBe(4001)
})

test('a refusal of the service is passed on as an ordinary answer', async () => {
  await using upstream = await openTestUpstream(() => undefined)
  upstream.server.on('upgrade', (_request, socket: Socket) => {
    socket.end('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 7\r\n\r\nsign in')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port, { websocket: true })])
  await using client = await RawClient.open(world.port)
  client.say(HANDSHAKE)
  await eventually(() => client.end).toBe('ended')
  expect(client.received).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n[\s\S]*\r\n\r\nsign in$/)
  expect(client.received).toMatch(/X-Request-Id: /)
})

test('a service that ignores the upgrade answers as usual, in chunks too', async () => {
  await using upstream = await openTestUpstream((_request, response) => {
    response.write('no ')
    response.end('upgrade')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port, { websocket: true })])
  await using client = await RawClient.open(world.port)
  client.say(HANDSHAKE)
  await eventually(() => client.end).toBe('ended')
  expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nno upgrade$/)
})

test('a handshake with a dead or a silent service is answered with a problem', async () => {
  await using silent = await openTestSocketServer(createNetServer(), (socket) => socket.resume())
  const routes = [routeTo('/', 1, { websocket: true }), routeTo('/ws', silent.port, { websocket: true })]
  await using world = await openTestGateway(routes, { timeouts: { responseMs: 100 } })
  await using toDead = await RawClient.open(world.port)
  toDead.say(HANDSHAKE.replace('/ws', '/dead'))
  await eventually(() => toDead.received).toMatch(/^HTTP\/1\.1 502 [\s\S]*GATEWAY_UPSTREAM_UNREACHABLE/)
  await using toSilent = await RawClient.open(world.port)
  toSilent.say(HANDSHAKE)
  await eventually(() => toSilent.received).toMatch(/^HTTP\/1\.1 504 [\s\S]*GATEWAY_UPSTREAM_TIMEOUT/)
})

test('bytes right behind the handshake arrive, on both sides', async () => {
  await using service = await openBareService(`${AGREED}early down`)
  await using world = await openTestGateway([routeTo('/', service.port, { websocket: true })])
  await using client = await RawClient.open(world.port)
  client.say(`${HANDSHAKE}early up`)
  await eventually(service.after).toBe('early up')
  await eventually(() => client.received).toMatch(/X-Own: 1\r\n[\s\S]*\r\n\r\nearly down$/)
})

test('a half-close of one side reaches the other, which may still speak', async () => {
  await using service = await openBareService(AGREED)
  await using world = await openTestGateway([routeTo('/', service.port, { websocket: true })])
  await using client = await RawClient.open(world.port)
  client.say(HANDSHAKE)
  const socket = await service.accepted
  await eventually(() => client.received).toContain('101')
  client.socket.end('last words')
  await once(socket, 'end')
  expect(service.after()).toBe('last words')
  socket.end('answer')
  await eventually(() => client.end).toBe('ended')
  expect(client.received).toMatch(/answer$/)
})

test('a service that ends first still hears its client', async () => {
  await using service = await openBareService(AGREED)
  await using world = await openTestGateway([routeTo('/', service.port, { websocket: true })])
  await using client = await RawClient.open(world.port)
  client.say(HANDSHAKE)
  const socket = await service.accepted
  socket.end('bye')
  await eventually(() => client.end).toBe('ended')
  expect(client.received).toMatch(/bye$/)
  client.socket.end('last words')
  await eventually(service.after).toBe('last words')
})

test('a reset of one side resets the other', async () => {
  for (const resetFirst of ['client', 'service']) {
    await using service = await openBareService(AGREED)
    await using world = await openTestGateway([routeTo('/', service.port, { websocket: true })])
    await using client = await RawClient.open(world.port)
    client.say(HANDSHAKE)
    const socket = await service.accepted
    const wasReset = Promise.withResolvers<boolean>()
    socket.once('close', (hadError) => wasReset.resolve(hadError))
    await eventually(() => client.received).toContain('101')
    if (resetFirst === 'client') {
      client.socket.resetAndDestroy()
      expect(await wasReset.promise).toBe(true)
    } else {
      socket.resetAndDestroy()
      await eventually(() => client.end).toBe('reset')
    }
  }
})

test('a client that goes away during the handshake takes the request to the service with it', async () => {
  const begun = Promise.withResolvers<Socket>()
  await using silent = await openTestSocketServer(createNetServer(), (socket) => {
    socket.once('data', () => begun.resolve(socket))
  })
  await using world = await openTestGateway([routeTo('/', silent.port, { websocket: true })])
  await using client = await RawClient.open(world.port)
  client.say(HANDSHAKE)
  const socket = await begun.promise
  const closed = once(socket, 'close')
  client.socket.resetAndDestroy()
  await closed
})

test('a WebSocket may be silent for longer than the idle limit', async () => {
  await using echo = await openEcho()
  const timeouts = { idleMs: 50, responseMs: 50, headersMs: 50, keepAliveMs: 50 }
  await using world = await openTestGateway([routeTo('/', echo.port, { websocket: true })], { timeouts })
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}/`)
  await once(socket, 'open')
  const openedMs = performance.now()
  await eventually(() => performance.now() - openedMs).toBeGreaterThan(300)
  socket.send('still here')
  expect(String((await once(socket, 'message'))[0])).toBe('still here')
  socket.terminate()
})
