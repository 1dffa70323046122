import type { Socket } from 'node:net'
import type { Exchange } from './exchange.ts'
import { switchText } from './headers.ts'
import type { TakenSocket } from './http1/client-exchange.ts'
import type { ResponseLines } from './http1/response-lines.ts'

// A silent peer may be alive for hours or gone without a word; only the kernel can ask it.
const TCP_PROBE_MS = 30_000

/**
 * After a service has agreed to a WebSocket: bytes flow both ways until both sides have ended, and a half-close or a
 * reset of one side reaches the other.
 * @param onSocket told the client's socket, which is nobody else's from now on
 */
export function joinSockets(
  exchange: Exchange,
  { head, upstream }: { readonly head: ResponseLines; readonly upstream: TakenSocket },
  onSocket: (socket: Socket) => void,
): void {
  const client = exchange.client.takeOver()
  onSocket(client.socket)
  exchange.began(101)
  client.socket.write(switchText(head.fields, { requestId: exchange.requestId, reason: head.reason }), 'latin1')
  for (const { socket } of [client, upstream]) {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, TCP_PROBE_MS)
  }
  if (upstream.early.length > 0) client.socket.write(upstream.early)
  if (client.early.length > 0) upstream.socket.write(client.early)
  endTogether(client.socket, upstream.socket)
  endTogether(upstream.socket, client.socket)
  let isLost = false
  upstream.socket.once('close', (hadError) => {
    isLost = hadError && !client.socket.destroyed
  })
  client.socket.once('close', () => exchange.end(isLost ? 'upstream-lost' : 'complete'))
  client.socket.pipe(upstream.socket)
  upstream.socket.pipe(client.socket)
}

/** What happens to `one` happens to `other`. A graceful end needs nothing here: pipe passes it on. */
function endTogether(one: Socket, other: Socket): void {
  one.on('error', () => other.resetAndDestroy())
  one.once('close', () => {
    // Gone before it had said all or before it could be told all: what is left to say to `other` is written out.
    if (!other.destroyed) other.destroySoon()
  })
}
