import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { eventually } from './eventually.ts'
import { isOwnOrigin, namesGateway } from './host-name.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from './testing.ts'

test.for([
  ['localhost:3000', true],
  ['LOCALHOST', true],
  ['shop.localhost:3000', true],
  ['127.0.0.1:3000', true],
  ['[::1]:3000', true],
  ['192.0.2.7', true],
  ['app.example.com', true],
  ['app.example.com.:443', true],
  ['a.b.preview.example.com', true],
  ['', true],
  ['evil.example:3000', false],
  ['preview.example.com', false],
  ['app.example.com.evil.example', false],
  ['notlocalhost', false],
  ['1.2.3.4.evil.example', false],
] as const)('the gateway for "%s": %s', ([host, isOwn]) => {
  expect(namesGateway({ host }, ['app.example.com', '*.preview.example.com'])).toBe(isOwn)
})

test.for([
  [undefined, 'localhost:3000', true],
  ['http://localhost:3000', 'localhost:3000', true],
  ['https://app.example.com', 'app.example.com', true],
  ['https://app.example.com', 'app.example.com:443', true],
  ['http://localhost:4000', 'localhost:3000', false],
  ['https://evil.example', 'localhost:3000', false],
  ['null', 'localhost:3000', false],
  ['http://localhost:3000.evil.example', 'localhost:3000', false],
] as const)('a WebSocket from a page of %s to %s: %s', ([origin, host, isOwn]) => {
  expect(isOwnOrigin(origin, { host }, 'http')).toBe(isOwn)
})

test.for([
  ['https://app.example.com', 'app.example.com', true],
  ['https://app.example.com', 'app.example.com:443', true],
  ['https://app.example.com:8443', 'app.example.com:8443', true],
  ['http://app.example.com', 'app.example.com', false],
  ['https://app.example.com', 'app.example.com:8443', false],
  ['https://evil.example', 'app.example.com', false],
  ['null', 'app.example.com', false],
] as const)('over https the page "%s" is of "%s": %s', ([origin, host, isOwn]) => {
  expect(isOwnOrigin(origin, { host }, 'https')).toBe(isOwn)
})

test('a request by the name of somebody else is refused, and reaches no service', async () => {
  let count = 0
  await using upstream = await openTestUpstream((_request, response) => {
    count += 1
    response.end('secret')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)], { domains: [] })
  await using client = await RawClient.open(world.port)
  client.say('GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
  await eventually(() => client.end).toBe('ended')
  const answer = client.received
  expect(answer).toMatch(/^HTTP\/1\.1 421 /)
  expect(answer).toContain('GATEWAY_HOST_UNKNOWN')
  expect(count).toBe(0)
})

test('a page of another origin cannot open a WebSocket', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end())
  await using world = await openTestGateway([{ ...routeTo('/', upstream.port), websocket: true }])
  const socket = new WebSocket(`ws://127.0.0.1:${world.port}/`, { origin: 'https://evil.example' })
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
    socket.on('error', (error) => resolve(error.message))
  })
  expect(status).toBe(403)
})
