import { once } from 'node:events'
import { request as openRequest, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { eventually } from './eventually.ts'
import { openGateway } from './gateway.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from './testing.ts'

const NEVER = new AbortController().signal

/** A service with an event stream at /events, WebSockets, and its name at any other path. */
async function openService(name: string) {
  const streams: ServerResponse[] = []
  const upstream = await openTestUpstream((request, response) => {
    if (request.url !== '/events') response.end(name)
    else streams.push(response.writeHead(200, { 'content-type': 'text/event-stream' }))
    response.flushHeaders()
  })
  const sockets = new WebSocketServer({ server: upstream.server })
  sockets.on('connection', (socket) => socket.on('message', () => socket.send(name)))
  let openCount = 0
  upstream.server.on('connection', (socket) => {
    openCount += 1
    socket.once('close', () => {
      openCount -= 1
    })
  })
  return {
    ...upstream,
    streams,
    openCount: () => openCount,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  }
}

async function openEvents(port: number): Promise<RawClient> {
  const client = await RawClient.open(port)
  client.say('GET /events HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => client.received).toContain('text/event-stream')
  return client
}

async function openSocket(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
  await once(socket, 'open')
  return socket
}

function refuses(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1', () => resolve(false))
  socket.once('error', () => resolve(true))
  return promise.finally(() => socket.destroy())
}

test('a swapped configuration counts from the next request on; streams and sockets stay where they began', async () => {
  await using blue = await openService('blue')
  await using green = await openService('green')
  await using world = await openTestGateway([routeTo('/', blue.port, { websocket: true })])
  await using events = await openEvents(world.port)
  const socket = await openSocket(world.port)
  const routes = [routeTo('/', green.port, { websocket: true })]
  await world.gateway.configure({ ...world.configuration, routes })
  expect(await (await fetch(world.url)).text()).toBe('green')
  blue.streams[0]?.write('data: blue\n\n')
  await eventually(() => events.received).toContain('data: blue')
  socket.send('who?')
  expect(String((await once(socket, 'message'))[0])).toBe('blue')
  socket.terminate()
})

test('a configuration with faults or other listeners is refused and the old one stays', async () => {
  await using blue = await openService('blue')
  await using world = await openTestGateway([routeTo('/', blue.port)])
  const { gateway, configuration } = world
  await expect(gateway.configure({ ...configuration, routes: [routeTo('x', 1)] })).rejects.toMatchObject({
    code: 'GATEWAY_CONFIGURATION_INVALID',
  })
  const listeners = [{ name: 'http', address: '127.0.0.1', port: 1 }]
  await expect(gateway.configure({ ...configuration, listeners })).rejects.toMatchObject({
    code: 'GATEWAY_LISTENERS_CHANGED',
  })
  expect(await (await fetch(world.url)).text()).toBe('blue')
})

test('a taken port is an error that names it, and nothing stays open', async () => {
  await using world = await openTestGateway([])
  const listeners = [
    { name: 'free', address: '127.0.0.1', port: 0 },
    { name: 'http', address: '127.0.0.1', port: world.port },
  ]
  await expect(openGateway({ ...world.configuration, listeners }, { signal: NEVER })).rejects.toMatchObject({
    code: 'GATEWAY_PORT_TAKEN',
    message: expect.stringContaining(`"${world.port}"`),
  })
})

test('several listeners serve the same routes', async () => {
  await using blue = await openService('blue')
  const listeners = ['one', 'two'].map((name) => ({ name, address: '127.0.0.1', port: 0 }))
  await using gateway = await openGateway(
    { stack: 'test', workers: 1, domains: [], trustedProxies: [], listeners, routes: [routeTo('/', blue.port)] },
    { signal: NEVER },
  )
  expect(gateway.addresses.map(({ name }) => name)).toEqual(['one', 'two'])
  for (const { port } of gateway.addresses) expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('blue')
})

test('close lets streams and sockets end by themselves, and takes no new work', async () => {
  await using blue = await openService('blue')
  await using world = await openTestGateway([routeTo('/', blue.port, { websocket: true })])
  await using idle = await RawClient.open(world.port)
  idle.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => idle.received).toMatch(/blue$/)
  await using events = await openEvents(world.port)
  const socket = await openSocket(world.port)
  const closed = world.gateway.close({ signal: NEVER })
  expect(world.gateway.close({ signal: NEVER })).toBe(closed)
  await eventually(() => idle.end).toBe('ended')
  expect(await refuses(world.port)).toBe(true)
  socket.send('who?')
  expect(String((await once(socket, 'message'))[0])).toBe('blue')
  blue.streams[0]?.end('data: last\n\n')
  await eventually(() => events.received).toMatch(/data: last[\s\S]*0\r\n\r\n$/)
  events.socket.end()
  socket.close()
  await closed
})

test('an answer that is still being read when the gateway closes arrives whole', async () => {
  const size = 32 * 1024 * 1024
  await using upstream = await openTestUpstream((_request, response) => response.end(Buffer.alloc(size)))
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  const outgoing = openRequest(world.url)
  outgoing.end()
  const [incoming] = await once(outgoing, 'response') // and is not read yet
  const closed = world.gateway.close({ signal: NEVER })
  let receivedBytes = 0
  for await (const chunk of incoming) receivedBytes += chunk.length
  expect(receivedBytes).toBe(size)
  await closed
})

test('what has not ended when the signal of close fires is destroyed', async () => {
  await using blue = await openService('blue')
  await using world = await openTestGateway([routeTo('/', blue.port, { websocket: true })])
  await using events = await openEvents(world.port)
  const socket = await openSocket(world.port)
  const socketClosed = once(socket, 'close')
  const grace = new AbortController()
  const closed = world.gateway.close({ signal: grace.signal })
  expect(events.end).toBe('open')
  grace.abort()
  await closed
  expect((await socketClosed)[0]).toBe(1006)
  await eventually(() => events.end).not.toBe('open')
  expect(events.received).not.toContain('0\r\n\r\n')
  await eventually(() => blue.streams[0]?.destroyed).toBe(true)
})

test('destroy ends everything now, also a close that is under way', async () => {
  await using blue = await openService('blue')
  await using world = await openTestGateway([routeTo('/', blue.port)])
  await using events = await openEvents(world.port)
  const closed = world.gateway.close({ signal: NEVER })
  await world.gateway.destroy(new Error('enough'))
  await closed
  await eventually(() => events.end).not.toBe('open')
})

test('a request on a connection that is still in use while the gateway closes is told to come back', async () => {
  await using blue = await openService('blue')
  await using world = await openTestGateway([routeTo('/', blue.port)])
  await using client = await openEvents(world.port)
  const closed = world.gateway.close({ signal: NEVER })
  client.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  blue.streams[0]?.end()
  await eventually(() => client.received).toMatch(/503 Service Unavailable[\s\S]*GATEWAY_CLOSING/)
  await closed
  expect(client.received).toMatch(/connection: close/i)
})

test('after close nothing is left open', async () => {
  const tcp = () => process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP'))
  await eventually(tcp).toEqual([])
  const service = await openService('blue')
  const world = await openTestGateway([routeTo('/', service.port, { websocket: true })])
  const client = await openEvents(world.port)
  const kept = await RawClient.open(world.port)
  kept.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => kept.received).toMatch(/blue$/)
  service.streams[0]?.end()
  await eventually(() => client.received).toMatch(/0\r\n\r\n$/)
  // The service and the clients keep their ends open: what goes now goes because the gateway closed it.
  await world.gateway.close({ signal: NEVER })
  await eventually(() => [client.end, kept.end]).toEqual(['ended', 'ended'])
  await eventually(() => service.openCount()).toBe(0)
  client.socket.destroy()
  kept.socket.destroy()
  await service[Symbol.asyncDispose]()
  await eventually(tcp).toEqual([])
})
