import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { eventually } from '../eventually.ts'
import { openTestGateway, openTestSocketServer, openTestUpstream, routeTo } from '../testing.ts'

async function openClient(port: number) {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => undefined) // tests end sessions on purpose
  await once(session, 'remoteSettings')
  return {
    session,
    async [Symbol.asyncDispose]() {
      session.destroy()
    },
  }
}

function askForWebSocket(session: ClientHttp2Session, headers: OutgoingHttpHeaders = {}) {
  const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/ws', ...headers })
  stream.on('error', () => undefined)
  let received = Buffer.alloc(0)
  stream.on('data', (piece: Buffer) => {
    received = Buffer.concat([received, piece])
  })
  return { stream, received: () => received }
}

/** A text frame of a client, with a mask that changes nothing (RFC 6455 §5.2). */
function frameOf(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 + text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

async function openEcho() {
  const upstream = await openTestUpstream((_request, response) => response.end())
  const sockets = new WebSocketServer({ server: upstream.server, handleProtocols: () => 'chat' })
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  )
  const world = await openTestGateway([routeTo('/', upstream.port, { websocket: true })])
  return {
    port: world.port,
    gateway: world.gateway,
    sockets,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

test('a WebSocket is a stream of HTTP/2 (RFC 8441), beside other requests', async () => {
  await using world = await openEcho()
  await using client = await openClient(world.port)
  expect(client.session.remoteSettings.enableConnectProtocol).toBe(true)
  const first = askForWebSocket(client.session, { 'sec-websocket-protocol': 'chat', 'sec-websocket-version': '13' })
  const second = askForWebSocket(client.session)
  const [head] = await once(first.stream, 'response')
  expect(head).toMatchObject({ ':status': 200, 'sec-websocket-protocol': 'chat' })
  expect(head).not.toHaveProperty('sec-websocket-accept')
  await once(second.stream, 'response')
  first.stream.write(frameOf('one'))
  second.stream.write(frameOf('two'))
  await eventually(() => first.received().subarray(2).toString()).toBe('one')
  await eventually(() => second.received().subarray(2).toString()).toBe('two')
  const plain = client.session.request({ ':path': '/' }).resume()
  expect((await once(plain, 'response'))[0][':status']).toBe(200)
})

test('the end of either side reaches the other, and so does a reset', async () => {
  await using world = await openEcho()
  await using client = await openClient(world.port)
  const closes: unknown[] = []
  world.sockets.on('connection', (socket) => socket.on('close', (code: number) => closes.push(code)))
  const ended = askForWebSocket(client.session)
  await once(ended.stream, 'response')
  ended.stream.end()
  await eventually(() => ended.stream.closed).toBe(true)
  const cancelled = askForWebSocket(client.session)
  await once(cancelled.stream, 'response')
  cancelled.stream.close(constants.NGHTTP2_CANCEL)
  await eventually(() => closes).toEqual([1006, 1006])
  const left = askForWebSocket(client.session)
  await once(left.stream, 'response')
  for (const socket of world.sockets.clients) socket.terminate()
  await eventually(() => left.stream.readableEnded).toBe(true)
})

test.for([
  ['a route that takes none', { ':path': '/plain' }, 400],
  ['a page of somebody else', { origin: 'https://evil.example' }, 403],
  ['another protocol', { ':protocol': 'tcp' }, 405],
] as const)('%s is refused, and the session goes on', async ([, headers, status]) => {
  await using upstream = await openTestUpstream((_request, response) => response.end())
  await using world = await openTestGateway([
    routeTo('/ws', upstream.port, { websocket: true }),
    routeTo('/plain', upstream.port),
  ])
  await using client = await openClient(world.port)
  const { stream } = askForWebSocket(client.session, headers)
  expect((await once(stream, 'response'))[0][':status']).toBe(status)
  const plain = client.session.request({ ':path': '/plain' }).resume()
  expect((await once(plain, 'response'))[0][':status']).toBe(200)
})

test.for([
  ['Sec-WebSocket-Accept: aGVsbG8gdGhlcmUgaGVsbG8gdGg=\r\n', 502],
  ['', 502],
] as const)('a service that has not understood the key (%j) is answered for with 502', async ([line, status]) => {
  await using upstream = await openTestSocketServer(createServer(), (socket) => {
    socket.once('data', () =>
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${line}\r\n`),
    )
  })
  await using world = await openTestGateway([routeTo('/', upstream.port, { websocket: true })])
  await using client = await openClient(world.port)
  const { stream, received } = askForWebSocket(client.session)
  expect((await once(stream, 'response'))[0][':status']).toBe(status)
  await eventually(() => received().toString()).toContain('GATEWAY_UPSTREAM_INVALID')
})

test('a drain leaves WebSockets until the grace ends', async () => {
  await using world = await openEcho()
  await using client = await openClient(world.port)
  const { stream, received } = askForWebSocket(client.session)
  await once(stream, 'response')
  const goneAway = once(client.session, 'goaway')
  const grace = new AbortController()
  const closed = world.gateway.close({ signal: grace.signal })
  await goneAway
  stream.write(frameOf('still here'))
  await eventually(() => received().subarray(2).toString()).toBe('still here')
  grace.abort()
  await closed
  await eventually(() => stream.destroyed).toBe(true)
})
