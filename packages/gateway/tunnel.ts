import type { Duplex } from 'node:stream'
import type { Exchange } from './exchange.ts'
import { switchFields } from './headers.ts'
import type { TakenSocket } from './http1/client-exchange.ts'
import type { ResponseLines } from './http1/response-lines.ts'
import { type Pace, pacedStream } from './limits/pace.ts'

/**
 * After a service has agreed to a WebSocket: bytes flow both ways until both sides have ended, and a half-close or a
 * reset of one side reaches the other.
 * @param onSocket told the client's socket, which is nobody else's from now on
 */
export function joinSockets(
  exchange: Exchange,
  {
    head,
    upstream,
    pace,
  }: { readonly head: ResponseLines; readonly upstream: TakenSocket; readonly pace: Pace | undefined },
  onSocket: (socket: Duplex) => void,
): void {
  const { status, reason } = head
  const client = exchange.client.switchProtocol({
    status,
    reason,
    fields: switchFields(head.fields, exchange.requestId),
  })
  onSocket(client.socket)
  exchange.began(status)
  exchange.becomeLasting('tunnels')
  if (upstream.early.length > 0) client.socket.write(upstream.early)
  if (client.early.length > 0) upstream.socket.write(client.early)
  endTogether(client, upstream)
  endTogether(upstream, client)
  let isLost = false
  upstream.socket.once('error', () => {
    isLost = !client.socket.destroyed
  })
  client.socket.once('close', () => exchange.end(isLost ? 'upstream-lost' : 'complete'))
  joinBytes(exchange, { client: client.socket, upstream: upstream.socket, pace })
}

interface Joined {
  readonly client: Duplex
  readonly upstream: Duplex
  readonly pace: Pace | undefined
}

function joinBytes(exchange: Exchange, { client, upstream, pace }: Joined): void {
  if (pace === undefined) {
    client.pipe(upstream)
    upstream.pipe(client)
  } else {
    client.pipe(pacedStream((bytes) => pace.inbound(bytes))).pipe(upstream)
    upstream.pipe(pacedStream((bytes) => pace.outbound(bytes))).pipe(client)
  }
  client.on('data', (piece: Buffer) => {
    exchange.receivedBytes += piece.length
  })
  upstream.on('data', (piece: Buffer) => {
    exchange.sentBytes += piece.length
  })
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
