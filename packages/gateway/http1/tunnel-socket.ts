import type { Socket } from 'node:net'

// A silent peer may be alive for hours or gone without a word; only the kernel can ask it.
const TCP_PROBE_MS = 30_000

/** Readies a socket for a WebSocket, which may be silent for ever and has small frames. */
export function keepTunnelOpen(socket: Socket): void {
  socket.setNoDelay(true)
  socket.setKeepAlive(true, TCP_PROBE_MS)
}
