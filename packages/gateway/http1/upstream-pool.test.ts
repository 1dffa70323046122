import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestSocketServer } from '../testing.ts'
import { Clock } from './clock.ts'
import type { UpstreamConnection, UpstreamEvents } from './upstream-connection.ts'
import { UpstreamPool } from './upstream-pool.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const NONE = { kind: 'none' } as const

function openPool(port: number) {
  const limits = { headLimitBytes: 10_000, connectMs: 1_000, responseMs: 1_000, keptMs: 1_000 }
  const pool = new UpstreamPool({ host: '127.0.0.1', port }, { clock: new Clock(), ...limits })
  return { pool, [Symbol.dispose]: () => pool.destroy() }
}

/** What is heard of one request, as words. */
function listen(heard: string[], changes: Partial<UpstreamEvents> = {}): UpstreamEvents {
  return {
    onInterim: ({ status }) => heard.push(`interim ${status}`),
    onHead: ({ status }) => heard.push(`head ${status}`),
    onData: (piece) => heard.push(piece.toString('latin1')),
    onEnd: () => heard.push('end'),
    onPause: () => undefined,
    onServiceDrain: () => undefined,
    onExpelled: () => heard.push('expelled'),
    onFailure: ({ message }) => heard.push(`failure: ${message}`),
    onUpgrade: (_, { socket }) => socket.destroy(),
    ...changes,
  }
}

/** A service that says its answers one after the other, whatever it is asked. */
function openService(answers: readonly string[]) {
  let count = 0
  return openTestSocketServer(createServer(), (socket) => {
    socket.on('data', () => {
      socket.write(answers[count] ?? '', 'latin1')
      count += 1
    })
  })
}

test('a connection that was stopped at the end of an answer serves the next request', async () => {
  await using service = await openService([
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
    'HTTP/1.1 201 OK\r\nContent-Length: 1\r\n\r\nb',
  ])
  using world = openPool(service.port)
  const heard: string[] = []
  const first: UpstreamConnection = world.pool.acquire()
  const stop = (piece: Buffer) => {
    heard.push(piece.toString('latin1'))
    first.pause() // its client reads slowly
  }
  first.send(REQUEST, { method: 'GET', framing: NONE, events: listen(heard, { onData: stop }) })
  await eventually(() => heard.join()).toBe('head 200,a,end')
  const second = world.pool.acquire()
  expect(second).toBe(first)
  second.send(REQUEST, { method: 'GET', framing: NONE, events: listen(heard) })
  await eventually(() => heard.join()).toBe('head 200,a,end,head 201,b,end')
})

test('a connection on which something came that nobody asked for is never used again', async () => {
  await using service = await openService(['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\nevil'])
  using world = openPool(service.port)
  const heard: string[] = []
  const first = world.pool.acquire()
  first.send(REQUEST, { method: 'GET', framing: NONE, events: listen(heard) })
  await eventually(() => heard.join()).toBe('head 200,a,end')
  expect(world.pool.acquire()).not.toBe(first)
})

test('interim answers come before the answer, in one piece with it too', async () => {
  await using service = await openService([
    'HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 204 No\r\n\r\n',
  ])
  using world = openPool(service.port)
  const heard: string[] = []
  const connection = world.pool.open({ mayUpgrade: false })
  connection.send(REQUEST, { method: 'GET', framing: NONE, events: listen(heard) })
  await eventually(() => heard.join()).toBe('interim 103,interim 100,head 204,end')
})
