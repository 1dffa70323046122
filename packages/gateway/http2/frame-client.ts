/** For this package's tests: an HTTP/2 client that says exactly the frames it is given. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export const FRAMES = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

/** RFC 9113 §4.1, §6. */
export const END_STREAM = 0x1
export const END_HEADERS = 0x4

export interface Frame {
  readonly type: number
  readonly flags?: number
  readonly stream?: number
  readonly payload?: Buffer
}

/** A frame as its bytes. */
export function frameBytes({ type, flags = 0, stream = 0, payload = Buffer.alloc(0) }: Frame): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A field block without compression (RFC 7541 §6.2.2), so that nobody helps to make it right. */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value, 'latin1')
    return Buffer.concat([lengthBytes(bytes.length), bytes])
  }
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

/** An integer with a prefix of seven bits (RFC 7541 §5.1). */
function lengthBytes(length: number): Buffer {
  if (length < 127) return Buffer.from([length])
  const bytes = [127]
  let left = length - 127
  while (left >= 128) {
    bytes.push((left % 128) + 128)
    left = Math.floor(left / 128)
  }
  return Buffer.from([...bytes, left])
}

/** What the head of an ordinary request says. */
export const ASKING = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':authority', 'localhost'],
  [':path', '/'],
] as const

export class FrameClient implements AsyncDisposable {
  readonly socket: Socket
  readonly frames: (Frame & { readonly payload: Buffer })[] = []
  #gathered = Buffer.alloc(0)
  isClosed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => undefined) // it is broken on purpose
    socket.on('close', () => {
      this.isClosed = true
    })
  }

  /** Connects, and says the preface with empty settings. */
  static async open(port: number): Promise<FrameClient> {
    const socket = connect({ port, host: '127.0.0.1' })
    const client = new FrameClient(socket)
    await once(socket, 'connect')
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
    client.say({ type: FRAMES.settings })
    return client
  }

  say(...frames: readonly Frame[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(frames.map(frameBytes)))
  }

  /** The code of the GOAWAY that came (RFC 9113 §6.8, §7). */
  get goneAwayCode(): number | undefined {
    return this.frames.find(({ type }) => type === FRAMES.goaway)?.payload.readUInt32BE(4)
  }

  /** Of every GOAWAY: up to which stream requests are answered. */
  get lastStreams(): readonly number[] {
    return this.frames.filter(({ type }) => type === FRAMES.goaway).map(({ payload }) => payload.readUInt32BE(0))
  }

  /** The code that a stream was reset with (RFC 9113 §6.4). */
  resetCode(stream: number): number | undefined {
    const frame = this.frames.find((one) => one.type === FRAMES.rstStream && one.stream === stream)
    return frame?.payload.readUInt32BE(0)
  }

  #read(chunk: Buffer): void {
    this.#gathered = Buffer.concat([this.#gathered, chunk])
    while (this.#gathered.length >= 9) {
      const length = this.#gathered.readUIntBE(0, 3)
      if (this.#gathered.length < 9 + length) return
      const payload = this.#gathered.subarray(9, 9 + length)
      const [type = 0, flags = 0] = [this.#gathered[3], this.#gathered[4]]
      this.frames.push({ type, flags, stream: this.#gathered.readUInt32BE(5), payload })
      this.#gathered = this.#gathered.subarray(9 + length)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    return Promise.resolve()
  }
}
