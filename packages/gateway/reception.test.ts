import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from './testing.ts'

/** How long the gateway throws away what a client sends that it will not hear again. */
const LINGER_MS = 5_000
const OK = 'GET / HTTP/1.1\r\nHost: a\r\n'

test.for([
  ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`],
  ['a list of lengths', `${OK}Content-Length: 1, 1\r\n\r\na`],
  ['a signed length', `${OK}Content-Length: +1\r\n\r\na`],
  ['a length beside a coding', `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a coding beside a length', `${OK}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n`],
  ['two codings', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['an unknown coding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ['a coding that is not last', `${OK}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  ['a disguised coding', `${OK}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['a coding in HTTP/1.0', 'GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a folded line', `${OK}X-A: b\r\n c\r\n\r\n`],
  ['a space before the colon', `${OK}Content-Length : 1\r\n\r\na`],
  ['a bare CR', `${OK}X-A: b\rX-C: d\r\n\r\n`],
  ['a bare LF', `${OK}X-A: b\nX-C: d\r\n\r\n`],
  ['a NUL', `${OK}X-A: b\0c\r\n\r\n`],
  ['a control character', `${OK}X-A: b\x01c\r\n\r\n`],
  ['a broken name', `${OK}X(A: b\r\n\r\n`],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['two Hosts', `${OK}Host: b\r\n\r\n`],
  ['a malformed Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['user information in Host', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n'],
  ['a target without a slash', 'GET x HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['the asterisk form', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['user information in the target', 'GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a fragment', 'GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a broken escape', 'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a climb above the root', 'GET /%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['HTTP/2 that begins like nothing known', 'PRI / HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['bytes of TLS', '\x16\x03\x01\x02\x00\x01\x00'],
  ['content of a WebSocket handshake', `${OK}Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\na`],
] as const)('%s is answered with 400 and a closed connection, and reaches no service', async ([, bytes]) => {
  let count = 0
  await using upstream = await openTestUpstream((_request, response) => {
    count += 1
    response.end('reached')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port, { websocket: true })])
  await using client = await RawClient.open(world.port)
  client.say(bytes)
  await eventually(() => client.end).not.toBe('open')
  expect(client.received).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(client.received).toMatch(/X-Request-Id: [\w-]{36}\r\n/)
  expect(client.received).toMatch(/Connection: close\r\n/i)
  expect(client.received).toMatch(/"code":"GATEWAY_BAD_REQUEST"/)
  expect(client.received.match(/^HTTP\/1/gm)).toHaveLength(1)
  expect(count).toBe(0)
})

test('a bad chunk in the middle of an upload ends the connection and the request to the service', async () => {
  const aborted = Promise.withResolvers<void>()
  let receivedBytes = 0
  await using upstream = await openTestUpstream((request) => {
    request.on('data', (chunk: Buffer) => {
      receivedBytes += chunk.length
    })
    request.once('error', () => aborted.resolve())
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.say('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n')
  await eventually(() => receivedBytes).toBe(1)
  client.say('zz\r\nb\r\n')
  const saidAtMs = performance.now()
  await aborted.promise
  await eventually(() => client.end).toBe('ended')
  expect(performance.now() - saidAtMs).toBeLessThan(LINGER_MS)
  expect(client.received).toMatch(/^HTTP\/1\.1 400 [\s\S]*GATEWAY_BAD_REQUEST/)
})

test.for([
  ['TRACE', 'TRACE / HTTP/1.1', 405, 'GATEWAY_METHOD_REFUSED'],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1', 405, 'GATEWAY_METHOD_REFUSED'],
  ['an unknown expectation', 'GET / HTTP/1.1\r\nExpect: tea', 417, 'GATEWAY_EXPECTATION_FAILED'],
  ['a huge header', `GET / HTTP/1.1\r\nX-Long: ${'a'.repeat(20_000)}`, 431, 'GATEWAY_HEADERS_TOO_LARGE'],
  [
    'an undeclared WebSocket',
    'GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket',
    400,
    'GATEWAY_WEBSOCKET_REFUSED',
  ],
  ['a path without a route', 'GET /nowhere HTTP/1.1', 404, 'GATEWAY_NO_ROUTE'],
] as const)('%s is refused with its status and code', async ([, start, status, code]) => {
  // Nothing listens on the target's port: a refusal must not depend on it.
  await using world = await openTestGateway([routeTo(start.includes('nowhere') ? '/x' : '/', 1)])
  await using client = await RawClient.open(world.port)
  client.say(`${start}\r\nHost: a\r\n\r\n`)
  await eventually(() => client.received).toContain(`"code":"${code}"`)
  expect(client.received.slice(0, 13)).toBe(`HTTP/1.1 ${status} `)
  expect(client.received).toMatch(/\r\nX-Request-Id: /)
  expect(/\r\nAllow: GET/.test(client.received)).toBe(status === 405)
})

test('an upgrade to anything but WebSocket is ignored and answered as an ordinary request', async () => {
  await using upstream = await openTestUpstream((request, response) => response.end(`plain ${request.headers.upgrade}`))
  await using world = await openTestGateway([routeTo('/', upstream.port, { websocket: true })])
  await using client = await RawClient.open(world.port)
  client.say(`${OK}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`)
  await eventually(() => client.received).toMatch(/200 OK[\s\S]*plain undefined/)
})

test('a request head that never ends is answered with 408', async () => {
  await using world = await openTestGateway([routeTo('/', 1)], { timeouts: { headersMs: 100 } })
  await using client = await RawClient.open(world.port)
  client.say(OK)
  await eventually(() => client.end).not.toBe('open')
  expect(client.received).toMatch(/^HTTP\/1\.1 408 [\s\S]*GATEWAY_REQUEST_TIMEOUT/)
})

test('a request head that comes byte by byte has no longer than any other', async () => {
  await using world = await openTestGateway([routeTo('/', 1)], { timeouts: { headersMs: 200 } })
  await using client = await RawClient.open(world.port)
  client.say(OK)
  const dripping = setInterval(() => client.say('a'), 20)
  try {
    await eventually(() => client.end).not.toBe('open')
  } finally {
    clearInterval(dripping)
  }
  expect(client.received).toMatch(/^HTTP\/1\.1 408 [\s\S]*GATEWAY_REQUEST_TIMEOUT/)
})

test('an upload that stands still is answered with 408; one that moves slowly is not', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    request.resume().once('end', () => response.end('done'))
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)], {
    timeouts: { idleMs: 300, responseMs: 100 },
  })
  await using still = await RawClient.open(world.port)
  await using slow = await RawClient.open(world.port)
  for (const client of [still, slow]) client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n')
  const moving = setInterval(() => slow.say('a'), 80)
  try {
    await eventually(() => slow.received).toMatch(/200 OK[\s\S]*done/)
  } finally {
    clearInterval(moving)
  }
  expect(still.received).toMatch(/^HTTP\/1\.1 408 [\s\S]*GATEWAY_REQUEST_TIMEOUT/)
})

test('pipelined requests are answered in order', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    if (request.url === '/1') setImmediate(() => setImmediate(() => response.end('one')))
    else response.end('two')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.say('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => client.received).toMatch(/one[\s\S]*two/)
})

test('each request writes one line with id, method, route, status, duration and service, and nothing of the rest of its path', async () => {
  const lines: unknown[] = []
  const writeLine = (line: string) => lines.push(JSON.parse(line))
  await using upstream = await openTestUpstream((_request, response) => response.writeHead(201).end())
  await using world = await openTestGateway([routeTo('/api', upstream.port)], { writeLine })
  await fetch(`${world.url}/api//invitations/token?secret=1`, {
    method: 'PUT',
    headers: { 'x-request-id': 'request-1' },
  })
  await fetch(`${world.url}/none`)
  await eventually(() => lines).toHaveLength(2)
  const durationMs = expect.any(Number)
  const common = { level: 30, time: expect.any(Number), durationMs, outcome: 'complete', msg: 'request' }
  const passed = { route: '/api', service: 'board', upstreamMs: durationMs }
  const refused = { requestId: expect.any(String), code: 'GATEWAY_NO_ROUTE' }
  expect(lines).toEqual([
    { ...common, ...passed, requestId: 'request-1', method: 'PUT', status: 201 },
    { ...common, ...refused, method: 'GET', status: 404 },
  ])
})
