import { createServer } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestGateway, openTestSocketServer, openTestUpstream, RawClient, routeTo } from '../testing.ts'
import { openRecordingUpstream } from './recording-upstream.ts'

const EVIL = 'GET /smuggled HTTP/1.1\r\nX: '

test.for(['POST', 'PUT', 'GET'])(
  'content of a %s that a service ignores is no part of anybody else’s request',
  async (method) => {
    const heard: string[][] = []
    // It answers to each head, and takes the content for the next request (CL.0).
    await using service = await openTestSocketServer(createServer(), (socket) => {
      const lines: string[] = []
      heard.push(lines)
      socket.setEncoding('latin1')
      socket.on('data', (text: string) => {
        for (const [line] of text.matchAll(/^[A-Z]+ \S+ HTTP\/1\.1\r\n/gm)) {
          lines.push(line.trim())
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        }
      })
    })
    await using world = await openTestGateway([routeTo('/', service.port)])
    await using attacker = await RawClient.open(world.port)
    attacker.say(`${method} /first HTTP/1.1\r\nHost: a\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`)
    await eventually(() => attacker.received).toContain('ok')
    await using victim = await RawClient.open(world.port)
    victim.say('GET /victim HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually(() => victim.received).toContain('ok')
    expect(heard.find((lines) => lines.includes('GET /victim HTTP/1.1'))).toEqual(['GET /victim HTTP/1.1'])
  },
)

test('a connection that carried no content is used again, by whichever client', async () => {
  await using service = await openRecordingUpstream()
  await using world = await openTestGateway([routeTo('/', service.port)])
  for (const path of ['/first', '/second', '/third']) {
    await using client = await RawClient.open(world.port)
    client.say(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await eventually(() => client.received).toContain('ok')
  }
  expect(service.texts()).toHaveLength(1)
})

test('trailers that would change what was decided are left out, others pass', async () => {
  await using service = await openRecordingUpstream()
  await using world = await openTestGateway([routeTo('/', service.port)])
  await using client = await RawClient.open(world.port)
  const trailers = [
    'X-Sum: 1',
    'X-Forwarded-For: 192.0.2.1',
    'Content-Length: 99',
    'Transfer-Encoding: gzip',
    'Host: example.com',
    'Authorization: Bearer x',
    'Cookie: a=b',
    'If-None-Match: "x"',
    'Expect: 100-continue',
    'X_Sum: 2',
    'Server-Timing: a',
  ]
  client.say(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${trailers.join('\r\n')}\r\n\r\n`)
  await eventually(() => client.received).toContain('ok')
  expect(service.texts().join('').split('\r\n0\r\n')[1]).toBe('X-Sum: 1\r\nServer-Timing: a\r\n\r\n')
})

test.for(['Expect: x', 'Expect: 100-continue\r\nExpect: x', 'Expect: y, 100-continue', 'Expect:'])(
  '%j is answered with 417, and nothing is passed on',
  async (line) => {
    await using service = await openRecordingUpstream()
    await using world = await openTestGateway([routeTo('/', service.port)])
    await using client = await RawClient.open(world.port)
    client.say(`POST / HTTP/1.1\r\nHost: a\r\n${line}\r\nContent-Length: 5\r\n\r\nhello`)
    await eventually(() => client.received).toMatch(/^HTTP\/1\.1 417 /)
    expect(service.texts()).toEqual([])
  },
)

test.for([
  ['the gateway', '/elsewhere'],
  ['the service', '/service'],
])('an answer of %s in place of 100-continue is the last one of its connection', async ([, path]) => {
  await using service = await openTestSocketServer(createServer(), (socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'))
  })
  await using world = await openTestGateway([routeTo('/service', service.port)])
  await using client = await RawClient.open(world.port)
  client.say(`POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n`)
  await eventually(() => client.end).toBe('ended')
  expect(client.received).toMatch(/^HTTP\/1\.1 40[34] [\s\S]*\r\nConnection: close\r\n/)
})

test('an empty line between requests, in whatever pieces, is no request', async () => {
  await using service = await openTestUpstream((_request, response) => response.end('x'))
  await using world = await openTestGateway([routeTo('/', service.port)], {
    timeouts: { headersMs: 100, keepAliveMs: 60_000 },
  })
  await using client = await RawClient.open(world.port)
  const answerCount = () => client.received.split('HTTP/1.1 200 OK').length - 1
  for (const [index, pieces] of [['\r\n'], ['\r', '\n'], ['']].entries()) {
    client.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually(answerCount).toBe(index + 1)
    for (const piece of pieces) {
      client.say(piece)
      await nextTurn()
    }
  }
  expect(client.end).toBe('open')
})

test('empty lines alone keep no connection open', async () => {
  await using service = await openTestUpstream((_request, response) => response.end('x'))
  await using world = await openTestGateway([routeTo('/', service.port)], { timeouts: { keepAliveMs: 300 } })
  await using client = await RawClient.open(world.port)
  client.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => client.received).toContain('200 OK')
  const saying = setInterval(() => client.say('\r\n'), 20)
  await eventually(() => client.end)
    .not.toBe('open')
    .finally(() => clearInterval(saying))
})
