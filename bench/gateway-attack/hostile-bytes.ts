import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attack } from './attack.ts'
import { DEEDS } from './evil-service/deeds.ts'
import { repeatFor } from './repeat-for.ts'

const HEAD = 'GET /api/ships HTTP/1.1\r\nHost: localhost\r\n'
const TLS_HELLO = Buffer.from('1603010200010001fc0303', 'hex')

/** What a client can begin with that is no request, or none that ends. */
const BEGINNINGS: readonly (() => Buffer)[] = [
  () => randomBytes(4_096),
  () => Buffer.alloc(65_536),
  () => Buffer.alloc(65_536, 'A'),
  () => Buffer.from(`${HEAD}X: ${'y'.repeat(100_000)}`),
  () => Buffer.from(`${HEAD}${'X: y\r\n'.repeat(20_000)}\r\n`),
  () => Buffer.from(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  () => Buffer.concat([TLS_HELLO, randomBytes(512)]),
  () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  () => Buffer.from(`${HEAD}\r\n`.repeat(1_000)),
  () =>
    Buffer.from(
      `POST /api/ships HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(10_000)}`,
    ),
  () => Buffer.from('\r\n'.repeat(30_000)),
]

export const HOSTILE_BYTES: Attack = {
  name: 'hostile bytes: random, NULs, endless lines, TLS and HTTP/2 on the plain port, pipelines',
  run: async ({ port }, { seconds }) => {
    let count = 0
    await repeatFor(seconds, 20, async (turn) => {
      const socket = await open(port)
      socket.end(BEGINNINGS[turn % BEGINNINGS.length]?.() ?? '')
      socket.resume()
      await Promise.race([once(socket, 'close'), delay(1_000)])
      socket.destroy()
      count += 1
    })
    return `${count} connections`
  },
}

export const HALF_CLOSED: Attack = {
  name: 'half-closed and reset clients, before, in and behind their requests',
  run: async ({ port }, { seconds }) => {
    let count = 0
    await repeatFor(seconds, 20, async (turn) => {
      const socket = await open(port)
      const text = `${HEAD}\r\n`
      socket.write(text.slice(0, turn % (text.length + 1)))
      if (turn % 3 === 0) socket.end()
      else if (turn % 3 === 1) socket.resetAndDestroy()
      else socket.destroy()
      await Promise.race([once(socket, 'close'), delay(1_000)])
      socket.destroy()
      count += 1
    })
    return `${count} connections`
  },
}

/** Each thing that a service can do wrong, by itself. */
export const HOSTILE_SERVICES: readonly Attack[] = Object.keys(DEEDS).map((deed) => ({
  name: `a service that ${deed}`,
  run: async ({ port }, { seconds }) => {
    let count = 0
    const length = deed === 'neverReads' ? 8_000_000 : 0
    await repeatFor(seconds, 20, async (turn) => {
      const socket = await open(port)
      socket.write(`POST /evil/${deed} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`)
      if (length > 0) socket.write(Buffer.alloc(length))
      // Some of the answers are read, others are let stand.
      if (turn % 2 === 0) socket.resume()
      await Promise.race([once(socket, 'close'), delay(300)])
      socket.destroy()
      count += 1
    })
    return `${count} requests`
  },
}))

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => socket.destroy())
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  return socket
}
