import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

// A silent peer may be alive for hours or gone without a word; only the kernel can ask it.
const TCP_PROBE_MS = 30_000

/** Readies a socket for a WebSocket, which may be silent for ever and has small frames. */
export function keepTunnelOpen(socket: Socket): void {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, TCP_PROBE_MS)
}

/** Breaks off, so that the other side does not take it for an end. TLS tells one by itself: it has an end of its own. */
export function breakOff(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}
