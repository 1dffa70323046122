import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from './testing.ts'

const ANSWER = 'x'.repeat(60_000)

test('who asks again and again and reads nothing is asked for no more, and gets all answers when it reads', async () => {
  let askedCount = 0
  await using upstream = await openTestUpstream((_request, response) => {
    askedCount += 1
    response.end(ANSWER)
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.socket.pause()
  const requestCount = 1_000
  client.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(requestCount))
  await eventually(() => askedCount).toBeGreaterThan(0)
  // The kernel holds some megabytes; what comes above it would be held by the gateway.
  let before = -1
  await eventually(() => {
    const isStill = askedCount === before
    before = askedCount
    return isStill
  }).toBe(true)
  expect(askedCount).toBeLessThan(requestCount / 2)
  client.socket.resume()
  await eventually(() => askedCount).toBe(requestCount)
  await eventually(() => client.received.length).toBeGreaterThan(requestCount * ANSWER.length)
})

test('a client that has gone is seen behind what it had sent ahead', async () => {
  let openCount = 0
  await using upstream = await openTestUpstream((_request, response) => {
    openCount += 1
    response.once('close', () => {
      openCount -= 1
    })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: first\n\n')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\nG')
  await eventually(() => client.received).toContain('data: first')
  client.say('E')
  client.socket.end()
  await eventually(() => openCount).toBe(0)
})

test('what is sent far ahead of a long answer waits at the client', async () => {
  let seen = ''
  const finish = Promise.withResolvers<void>()
  await using upstream = await openTestUpstream((request, response) => {
    if (request.url === '/first') void finish.promise.then(() => response.end('one'))
    else {
      request.setEncoding('utf8').on('data', (text: string) => {
        seen += text
      })
      request.once('end', () => response.end('two'))
    }
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  const content = 'c'.repeat(20_000_000)
  client.say('GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n')
  client.say(`POST /second HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${content.length}\r\n\r\n${content}`)
  await eventually(() => client.socket.writableLength).toBeGreaterThan(0)
  finish.resolve()
  await eventually(() => client.received).toMatch(/one[\s\S]*two/)
  expect(seen).toBe(content)
})
