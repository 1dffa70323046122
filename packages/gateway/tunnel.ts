import type { Duplex } from 'node:stream'
import type { Exchange } from './exchange.ts'
import { FrameBoundary } from './frame-boundary.ts'
import { switchFields } from './headers.ts'
import type { TakenSocket } from './http1/client-exchange.ts'
import type { ResponseLines } from './http1/response-lines.ts'
import { type Pace, pacedStream } from './limits/pace.ts'

/** "Going away" (RFC 6455 §7.4.1): a browser's page opens another one. To a service it has to be masked. */
const GOING_AWAY_TO_CLIENT = Buffer.from([0x88, 0x02, 0x03, 0xe9])
const GOING_AWAY_TO_SERVICE = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9])
/** How long a peer may take to agree to the end. */
const CLOSE_MS = 1_000

export interface TunnelEvents {
  /** Told the client's socket, which is nobody else's from now on. */
  readonly onSocket: (socket: Duplex) => void
  /** The connection to the service is gone. */
  readonly onEnd: () => void
}

/**
 * After a service has agreed to a WebSocket: bytes flow both ways until both sides have ended, and a half-close or a
 * reset of one side reaches the other.
 */
export function joinSockets(
  exchange: Exchange,
  { head, upstream, pace }: Agreed,
  events: TunnelEvents,
): WebSocketTunnel {
  const { status, reason } = head
  const client = exchange.client.switchProtocol({
    status,
    reason,
    fields: switchFields(head.fields, exchange.requestId),
  })
  events.onSocket(client.socket)
  exchange.began(status)
  endTogether(client, upstream)
  endTogether(upstream, client)
  let isLost = false
  upstream.socket.once('error', () => {
    isLost = !client.socket.destroyed
  })
  upstream.socket.once('close', events.onEnd)
  client.socket.once('close', () => exchange.end(isLost ? 'upstream-lost' : 'complete'))
  const toClient = new Direction(upstream, client.socket, {
    pace: pace && ((bytes) => pace.outbound(bytes)),
    onBytes: (count) => {
      exchange.sentBytes += count
    },
  })
  const toService = new Direction(client, upstream.socket, {
    pace: pace && ((bytes) => pace.inbound(bytes)),
    onBytes: (count) => {
      exchange.receivedBytes += count
    },
  })
  return new WebSocketTunnel(toClient, toService, [client, upstream])
}

interface Agreed {
  readonly head: ResponseLines
  readonly upstream: TakenSocket
  /** What slows it down, where something does. */
  readonly pace: Pace | undefined
}

/** Two sockets, and where the frames that pass between them end. */
export class WebSocketTunnel {
  readonly #toClient: Direction
  readonly #toService: Direction
  readonly #sides: readonly TakenSocket[]

  constructor(toClient: Direction, toService: Direction, sides: readonly TakenSocket[]) {
    this.#toClient = toClient
    this.#toService = toService
    this.#sides = sides
  }

  /** Nobody may say anything more by it. */
  revoke(): void {
    for (const { reset } of this.#sides) reset()
  }

  /** Its service goes away: both sides are told between two frames, and have a moment to agree. */
  expel(): void {
    this.#toClient.say(GOING_AWAY_TO_CLIENT)
    this.#toService.say(GOING_AWAY_TO_SERVICE)
    const timer = setTimeout(() => {
      destroySoon(this.#toClient.to)
      destroySoon(this.#toService.to)
    }, CLOSE_MS)
    this.#toClient.to.once('close', () => clearTimeout(timer))
  }
}

interface DirectionOptions {
  /** For how long to wait after so many bytes, in milliseconds. */
  readonly pace: ((bytes: number) => number) | undefined
  readonly onBytes: (count: number) => void
}

/** What one side says to the other. */
class Direction {
  readonly to: Duplex
  readonly #from: Duplex
  readonly #onBytes: (count: number) => void
  readonly #boundary = new FrameBoundary()
  #last: Buffer | undefined

  constructor(from: TakenSocket, to: Duplex, { pace, onBytes }: DirectionOptions) {
    this.to = to
    this.#onBytes = onBytes
    if (from.early.length > 0) {
      this.#boundary.push(from.early)
      to.write(from.early)
    }
    this.#from = pace === undefined ? from.socket : from.socket.pipe(pacedStream(pace))
    this.#from.on('data', this.#onData)
    this.#from.pipe(to)
    // Behind the pipe: when a frame ends here, all of it has been written.
    this.#from.on('data', this.#onPassed)
  }

  /** As soon as no frame is cut by it; nothing else comes behind it. */
  say(last: Buffer): void {
    this.#last = last
    this.#onPassed()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#onBytes(chunk.length)
    this.#boundary.push(chunk)
  }

  readonly #onPassed = (): void => {
    if (this.#last === undefined || !this.#boundary.isAtBoundary) return
    const last = this.#last
    this.#last = undefined
    this.#from.unpipe(this.to)
    this.#from.resume()
    if (this.to.writable) this.to.end(last)
  }
}

/** What happens to `one` happens to `other`. A graceful end needs nothing here: pipe passes it on. */
function endTogether(one: TakenSocket, other: TakenSocket): void {
  one.socket.on('error', other.reset)
  one.socket.once('close', () => {
    // Gone before it had said all or before it could be told all: what is left to say to `other` is written out.
    if (!other.socket.destroyed) destroySoon(other.socket)
  })
}

function destroySoon(socket: Duplex): void {
  socket.end(() => socket.destroy())
}
