import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from '../testing.ts'
import { openPairWorld } from './pair-world.ts'

const QUICK = { failures: 3, openMs: 50, longestOpenMs: 200 } as const

async function codeOf(answer: Response): Promise<unknown> {
  const body: unknown = await answer.json()
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
}

/** One service behind a name, and its port when it is down. */
async function openWorld(circuit: Readonly<Record<string, number>>) {
  const service = await openTestUpstream((_, response) => response.end('up'))
  const target = { host: '127.0.0.1', port: service.port }
  const upstreams = [{ name: 'board', target, circuit }]
  const route = { ...routeTo('/', 1), target: { upstream: 'board' } }
  const world = await openTestGateway([route], { upstreams, timeouts: { connectMs: 500 } })
  return { ...world, service }
}

test('after failures in a row a target is not asked any more, until it can be reached again', async () => {
  await using world = await openWorld(QUICK)
  await world.service[Symbol.asyncDispose]()
  const codes = []
  for (let count = 0; count < 5; count += 1) codes.push(await codeOf(await fetch(world.url)))
  expect(codes.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'GATEWAY_UPSTREAM_UNREACHABLE'))
  expect(codes.slice(3)).toEqual(['GATEWAY_CIRCUIT_OPEN', 'GATEWAY_CIRCUIT_OPEN'])
  const refused = await fetch(world.url)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  expect(world.gateway.upstreamStates()).toMatchObject([{ targets: [{ circuit: 'open', failureCount: 3 }] }])
  const again = createServer((_, response) => response.end('again')).listen(world.service.port, '127.0.0.1')
  await once(again, 'listening')
  await eventually(() => world.gateway.upstreamStates()[0]?.targets[0]?.circuit).toBe('half-open')
  expect(await (await fetch(world.url)).text()).toBe('again')
  expect(world.gateway.upstreamStates()[0]?.targets[0]?.circuit).toBe('closed')
  again.close().closeAllConnections()
})

test('a connection that is refused keeps no other request from a service that answers some', async () => {
  await using world = await openPairWorld({ upstream: { circuit: QUICK } })
  for (let count = 0; count < 8; count += 1) {
    world.blue.mode = count % 2 === 0 ? 'reset' : 200
    expect((await fetch(world.url, { method: 'POST', body: 'x' })).status).toBe(count % 2 === 0 ? 502 : 200)
  }
  expect(world.gateway.upstreamStates()).toMatchObject([{ targets: [{ circuit: 'closed' }, {}] }])
})

test('what a service may have executed is never sent again', async () => {
  await using world = await openPairWorld({ pair: { isOtherWarm: true } })
  world.blue.mode = 'reset'
  const answer = await fetch(world.url, { method: 'POST', body: 'once' })
  expect([answer.status, await codeOf(answer)]).toEqual([502, 'GATEWAY_UPSTREAM_CLOSED'])
  expect([world.blue.heard, world.green.heard]).toEqual([['POST once'], []])
  // A GET has no effect that could happen twice.
  expect(await world.ask()).toBe('green')
})

test('an outage does not become twice the requests', async () => {
  await using world = await openPairWorld({
    pair: { isOtherWarm: true },
    upstream: { circuit: { failures: 1_000, leastRequests: 1_000 } },
  })
  world.blue.mode = 'reset'
  world.green.mode = 503
  for (let count = 0; count < 100; count += 1) await world.ask()
  const retryCount = world.gateway.upstreamStates()[0]?.retryCount ?? 0
  expect(retryCount).toBe(world.green.heard.length)
  expect(retryCount).toBeLessThan(40)
})

test('an active half that fails its checks gives way to one that was active, per request', async () => {
  const health = { path: '/', intervalMs: 20, failedChecks: 2 }
  await using world = await openPairWorld({ upstream: { health }, pair: { isOtherWarm: true } })
  world.blue.mode = 500
  await eventually(() => world.events).toMatchObject([{ type: 'health', isHealthy: false, reason: '/ answered 500' }])
  expect(await world.ask()).toBe('green')
  world.blue.mode = 200
  await eventually(() => world.events.at(-1)).toMatchObject({ type: 'health', isHealthy: true })
  expect(await world.ask()).toBe('blue')
})

test('connections have a limit; the next requests wait in line, and are refused where the line is full', async () => {
  await using world = await openPairWorld({ upstream: { connections: { most: 1, mostWaiting: 1, waitMs: 60_000 } } })
  world.blue.mode = 'hang'
  const gone = new AbortController()
  const first = fetch(world.url, { signal: gone.signal })
  await eventually(() => world.blue.heard.length).toBe(1)
  const second = world.ask('/', { method: 'POST', body: 'second' })
  await eventually(() => world.gateway.upstreamStates()[0]?.waitingCount).toBe(1)
  const third = await fetch(world.url)
  expect([third.status, await codeOf(third)]).toEqual([503, 'GATEWAY_UPSTREAM_BUSY'])
  world.blue.mode = 200
  gone.abort()
  await expect(first).rejects.toThrow('aborted')
  expect(await second).toBe('blue')
})

test('who waits in vain for a connection is refused, and who leaves is forgotten', async () => {
  await using world = await openPairWorld({ upstream: { connections: { most: 1, waitMs: 200 } } })
  world.blue.mode = 'hang'
  await using first = await RawClient.open(world.port)
  first.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => world.blue.heard.length).toBe(1)
  await using left = await RawClient.open(world.port)
  left.say('GET /left HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => world.gateway.upstreamStates()[0]?.waitingCount).toBe(1)
  left.socket.destroy()
  await eventually(() => world.gateway.upstreamStates()[0]?.waitingCount).toBe(0)
  expect(await codeOf(await fetch(world.url))).toBe('GATEWAY_UPSTREAM_BUSY')
  expect(world.blue.heard).toHaveLength(1)
})

test('nobody can open the circuit for others by what he asks: not by WebSockets, not by requests that break', async () => {
  await using world = await openPairWorld({ upstream: { circuit: QUICK } })
  for (let count = 0; count < 12; count += 1) {
    world.blue.mode = 'reset'
    expect((await fetch(world.url, { method: 'POST', body: 'x' })).status).toBe(502)
  }
  // It is asked before anybody is kept away, and it does take connections.
  world.blue.mode = 200
  expect((await fetch(world.url)).status).toBe(200)
  expect(world.gateway.upstreamStates()).toMatchObject([{ targets: [{ circuit: 'closed' }, {}] }])
})

test('a service that ends the connections of unknown WebSockets has not failed', async () => {
  await using service = await openTestUpstream((_, response) => response.end('up'))
  service.server.on('upgrade', (_request, socket) => socket.destroy())
  const target = { host: '127.0.0.1', port: service.port }
  const upstreams = [{ name: 'board', target, circuit: QUICK }]
  const route = { ...routeTo('/', 1, { websocket: true }), target: { upstream: 'board' } }
  await using world = await openTestGateway([route], { upstreams })
  for (let count = 0; count < 8; count += 1) {
    await using client = await RawClient.open(world.port)
    const handshake =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n'
    client.say(`GET /nowhere HTTP/1.1\r\nHost: localhost\r\n${handshake}\r\n`)
    await eventually(() => client.received).toContain('502')
  }
  expect(world.gateway.upstreamStates()).toMatchObject([{ targets: [{ circuit: 'closed', failureCount: 0 }] }])
  expect((await fetch(world.url)).status).toBe(200)
})
