/** The limits as a client meets them. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo, type TestGateway } from '../testing.ts'
import type { LimitsSetting } from './limits-configuration.ts'

async function openLimited(port: number, limits: LimitsSetting, sweepMs = 40): Promise<TestGateway> {
  const also = { limits: { exempt: [], ...limits } }
  // The shortest limit says how often it looks.
  return openTestGateway([routeTo('/', port)], {
    trustedProxies: ['127.0.0.1'],
    also,
    timeouts: { connectMs: sweepMs * 4 },
  })
}

function ask(gateway: TestGateway, address: string, path = '/'): Promise<Response> {
  return fetch(`${gateway.url}${path}`, { headers: { 'X-Forwarded-For': address } })
}

test('over its rate a client is refused with 429, a reason, when to come again, and the fields of the draft', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('board'))
  await using gateway = await openLimited(upstream.port, { client: { requestsPerSecond: 1, burst: 2 } })
  expect([(await ask(gateway, '192.0.2.1')).status, (await ask(gateway, '192.0.2.1')).status]).toEqual([200, 200])
  const refused = await ask(gateway, '192.0.2.1')
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ code: 'GATEWAY_RATE_EXCEEDED', details: { limit: 'client', quota: 2 } })
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    'retry-after': '1',
    'ratelimit-policy': '"client";q=2;w=2',
    ratelimit: '"client";r=0;t=1',
  })
  expect((await ask(gateway, '192.0.2.2')).status).toBe(200)
  expect(gateway.gateway.snapshot().refusals).toEqual({ GATEWAY_RATE_EXCEEDED: 1 })
})

test('somebody who is no trusted proxy cannot choose whose allowance is spent', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('board'))
  const also = { limits: { exempt: [], client: { requestsPerSecond: 1, burst: 1 } } }
  await using gateway = await openTestGateway([routeTo('/', upstream.port)], { also })
  const statuses = [(await ask(gateway, '192.0.2.1')).status, (await ask(gateway, '192.0.2.2')).status]
  expect(statuses).toEqual([200, 429])
})

test('complaint 10: one greedy client starves nobody', async () => {
  await using upstream = await openTestUpstream((_request, response) => setTimeout(() => response.end('board'), 10))
  await using gateway = await openLimited(upstream.port, {
    whole: { requestsAtOnce: 8, waiting: 1_000, waitMs: 10_000, connections: false },
  })
  let isOver = false
  const greedy = async (): Promise<number> => {
    let count = 0
    while (!isOver) if ((await ask(gateway, '192.0.2.66')).status === 200) count += 1
    return count
  }
  const startedMs = performance.now()
  const crowd = Array.from({ length: 100 }, greedy)
  const modest = async (address: string): Promise<number> => {
    const startedMs = performance.now()
    for (let count = 0; count < 10; count += 1) expect((await ask(gateway, address)).status).toBe(200)
    return (performance.now() - startedMs) / 10
  }
  await eventually(() => gateway.gateway.snapshot().waitingCount).toBeGreaterThan(50)
  const eachMs = await Promise.all(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(modest))
  const tookMs = performance.now() - startedMs
  isOver = true
  const greedyCount = (await Promise.all(crowd)).reduce((sum, count) => sum + count, 0)
  // In one line for all, everybody would wait as long as the crowd does.
  const crowdMs = (tookMs * crowd.length) / greedyCount
  for (const ms of eachMs) expect(ms).toBeLessThan(crowdMs / 3)
})

test('a connection over the limit of its client is answered and closed', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('board'))
  const also = { limits: { exempt: [], client: { connections: 1 } } }
  await using gateway = await openTestGateway([routeTo('/', upstream.port)], { also })
  await using first = await RawClient.open(gateway.port)
  first.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => first.received).toMatch(/board/)
  await using second = await RawClient.open(gateway.port)
  await eventually(() => second.end).toBe('ended')
  expect(second.received).toMatch(/^HTTP\/1\.1 429 [\s\S]*Retry-After: 5[\s\S]*GATEWAY_TOO_MANY_CONNECTIONS/)
  first.socket.destroy()
  await eventually(() => gateway.gateway.snapshot().connections.h1?.open).toBe(0)
  await using third = await RawClient.open(gateway.port)
  third.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => third.received).toMatch(/board/)
})

test('a flood of header lines, and a head that is too large, are refused', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('board'))
  await using gateway = await openLimited(upstream.port, { head: { bytes: 1_000, count: 20 } })
  await using many = await RawClient.open(gateway.port)
  many.say(`GET / HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(50)}\r\n`)
  await eventually(() => many.received).toMatch(/400[\s\S]*more than 20 header lines/)
  await using large = await RawClient.open(gateway.port)
  large.say(`GET / HTTP/1.1\r\nHost: a\r\nCookie: ${'x'.repeat(2_000)}\r\n\r\n`)
  await eventually(() => large.received).toMatch(/431[\s\S]*GATEWAY_HEADERS_TOO_LARGE/)
})

test('an upload that trickles is answered with 408 and a reason; complaint 11: one that goes on steadily is not', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    request.resume().once('end', () => response.end('stored'))
  })
  await using gateway = await openLimited(upstream.port, { slow: { leastBytesPerSecond: 2_000, graceMs: 300 } })
  const upload = async (bytes: number): Promise<RawClient> => {
    const client = await RawClient.open(gateway.port)
    client.say(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes * 40}\r\n\r\n`)
    for (let count = 0; count < 40 && client.end === 'open' && client.received === ''; count += 1) {
      client.say('x'.repeat(bytes))
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    return client
  }
  const [trickling, steady] = await Promise.all([upload(1), upload(500)])
  await eventually(() => trickling.received).toMatch(/408[\s\S]*GATEWAY_BODY_TOO_SLOW/)
  await eventually(() => steady.received).toMatch(/200[\s\S]*stored/)
  await Promise.all([trickling[Symbol.asyncDispose](), steady[Symbol.asyncDispose]()])
})

test('an answer that nobody reads is broken off, an event stream that nobody reads is not', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    if (request.url === '/events') response.writeHead(200, { 'content-type': 'text/event-stream' })
    const piece = Buffer.alloc(65_536, 'x')
    const write = (): void => {
      while (response.write(piece));
      response.once('drain', write)
    }
    write()
  })
  await using gateway = await openLimited(upstream.port, { slow: { leastBytesPerSecond: 1_000_000, graceMs: 300 } })
  await using events = await RawClient.open(gateway.port)
  await using download = await RawClient.open(gateway.port)
  for (const [client, path] of [[events, '/events'] as const, [download, '/file'] as const]) {
    client.socket.pause()
    client.say(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  }
  await eventually(() => gateway.gateway.snapshot().refusals).toEqual({ GATEWAY_READER_TOO_SLOW: 1 })
  await eventually(() => gateway.gateway.snapshot().connections.h1?.open).toBe(1)
  expect(gateway.gateway.snapshot().streams.open).toBe(1)
})

test('bandwidth is limited by waiting: everything arrives, and no faster', async () => {
  const content = Buffer.alloc(600_000, 'y')
  await using upstream = await openTestUpstream((_request, response) => response.end(content))
  const routes = [routeTo('/', upstream.port, { limits: { bytesPerSecond: 400_000 } })]
  await using gateway = await openTestGateway(routes)
  const startedMs = performance.now()
  const received = Buffer.from(await (await fetch(gateway.url)).arrayBuffer())
  const tookMs = performance.now() - startedMs
  expect(received.equals(content)).toBe(true)
  // The first 100 kB come at once.
  expect(tookMs).toBeGreaterThan(1_000)
  expect(tookMs).toBeLessThan(4_000)
})

test('a client that goes while it waits for its turn leaves its place', async () => {
  const answers: ServerResponse[] = []
  await using upstream = await openTestUpstream((_request, response) => answers.push(response))
  await using gateway = await openLimited(upstream.port, { whole: { requestsAtOnce: 1 } })
  const first = ask(gateway, '192.0.2.1')
  await eventually(() => answers.length).toBe(1)
  await using gone = await RawClient.open(gateway.port)
  gone.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => gateway.gateway.snapshot().waitingCount).toBe(1)
  const patient = ask(gateway, '192.0.2.3')
  await eventually(() => gateway.gateway.snapshot().waitingCount).toBe(2)
  const closed = once(gone.socket, 'close')
  gone.socket.destroy()
  await closed
  await eventually(() => gateway.gateway.snapshot().waitingCount).toBe(1)
  answers[0]?.end('one')
  await eventually(() => answers.length).toBe(2)
  answers[1]?.end('two')
  expect([await (await first).text(), await (await patient).text()]).toEqual(['one', 'two'])
})

test('who waits too long for a turn is told so', async () => {
  const answers: ServerResponse[] = []
  await using upstream = await openTestUpstream((_request, response) => answers.push(response))
  await using gateway = await openLimited(upstream.port, { whole: { requestsAtOnce: 1, waitMs: 100 } })
  const first = ask(gateway, '192.0.2.1')
  await eventually(() => answers.length).toBe(1)
  const late = await ask(gateway, '192.0.2.2')
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await late.json()).toMatchObject({ code: 'GATEWAY_OVERLOADED', details: { reason: 'wait' } })
  answers[0]?.end('one')
  expect((await first).status).toBe(200)
})

test('event streams and WebSockets are under a limit of their own, and free of that of the requests', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    if (request.url === '/events') response.setHeader('Content-Type', 'text/event-stream').write('data: 1\n\n')
    else response.end('board')
  })
  upstream.server.on('upgrade', (_request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })
  const also = { limits: { exempt: [], client: { lasting: 2 } } }
  await using gateway = await openTestGateway([routeTo('/', upstream.port, { websocket: true })], { also })
  await using events = await RawClient.open(gateway.port)
  events.say('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await eventually(() => events.received).toContain('data: 1')
  const shake = async () => {
    const client = await RawClient.open(gateway.port)
    client.say(
      'GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    await eventually(() => client.received).toContain('\r\n\r\n')
    return client
  }
  await using first = await shake()
  await using second = await shake()
  expect([first, second].map(({ received }) => received.slice(9, 12))).toEqual(['101', '429'])
  const refused = await fetch(`${gateway.url}/events`)
  expect([refused.status, Object(await refused.json()).code]).toEqual([429, 'GATEWAY_TOO_MANY_LASTING'])
  expect((await fetch(gateway.url)).status).toBe(200)
  const { refusals, streams, tunnels, requestCount } = gateway.gateway.snapshot()
  expect([refusals, streams.open, tunnels.open]).toEqual([{ GATEWAY_TOO_MANY_LASTING: 2 }, 1, 1])
  expect(requestCount).toBe(2)
  events.socket.destroy()
  await eventually(() => gateway.gateway.snapshot().streams.open).toBe(0)
  const again = await fetch(`${gateway.url}/events`)
  expect(again.status).toBe(200)
  await again.body?.cancel()
})
