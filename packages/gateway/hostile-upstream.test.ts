import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestSocketServer, openTestUpstream, RawClient, routeTo } from './testing.ts'

test.for([
  ['a control character in the reason', 'HTTP/1.1 200 a\x01b\r\nContent-Length: 2\r\n\r\nok'],
  ['a bare 101', 'HTTP/1.1 101 X\r\n\r\n'],
  ['a 101 that nobody asked for', 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
] as const)('%s is answered with 502, and the gateway goes on', async ([, answer]) => {
  await using evil = await openTestSocketServer(createServer(), (socket) => {
    socket.once('data', () => socket.write(answer, 'latin1'))
  })
  await using good = await openTestUpstream((_request, response) => response.end('good'))
  await using world = await openTestGateway([routeTo('/evil', evil.port), routeTo('/', good.port)])
  const refused = await fetch(`${world.url}/evil`, { signal: AbortSignal.timeout(5_000) })
  expect(refused.status).toBe(502)
  expect(await (await fetch(world.url)).text()).toBe('good')
})

test('pipelined requests reach the service one after the other', async () => {
  const open = { now: 0, most: 0 }
  await using upstream = await openTestUpstream((_request, response) => {
    open.now += 1
    open.most = Math.max(open.most, open.now)
    setImmediate(() => {
      open.now -= 1
      response.end('x')
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  const last = 'GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  client.say('GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200) + last)
  await eventually(() => client.end).toBe('ended')
  const answers = client.received
  expect(answers.match(/HTTP\/1\.1 200 /g)).toHaveLength(201)
  expect(open.most).toBe(1)
})
