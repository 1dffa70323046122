import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { formatAnswer, formatHead } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { connectionNames, listMembers, requestHeaders, responseHeaders } from './headers.ts'
import type { RequestHead } from './request-head.ts'
import type { GatewayRoute } from './route.ts'
import { Silence, type Upstream, upstreamFailure } from './upstream.ts'

/** A WebSocket handshake on its way. */
export interface Handshake {
  readonly exchange: Exchange
  readonly head: RequestHead
  readonly route: GatewayRoute
  readonly upstream: Upstream
  readonly client: Socket
  /** What the client sent after its handshake without waiting. */
  readonly early: Buffer
}

// A silent peer may be alive for hours or gone without a word; only the kernel can ask it.
const TCP_PROBE_MS = 30_000

/**
 * Whether a request is a WebSocket handshake (RFC 6455 §4.1). Any other upgrade is none of ours: a server may ignore
 * it (RFC 9110 §7.8), and some HTTP clients offer `h2c` with each request.
 */
export function isWebSocketHandshake(request: IncomingMessage): boolean {
  const { rawHeaders, method, httpVersion } = request
  const isUpgrade = connectionNames(rawHeaders, 'upgrade') && listMembers(rawHeaders, 'upgrade').has('websocket')
  return isUpgrade && method === 'GET' && httpVersion === '1.1'
}

/**
 * Asks the service for the upgrade. When it agrees, bytes flow both ways until both sides have ended, and a half-close
 * or a reset of one side reaches the other. When it refuses, its answer is passed on as it is.
 * @param onEnd told the status that was sent, when the client's connection has closed
 */
export function tunnel(handshake: Handshake, onEnd: (status: number) => void): void {
  const { client, exchange, route } = handshake
  let status = 499 // until something is sent: the client went away first
  const outgoing = openHandshake(handshake)
  const seen = watchHandshake(outgoing, handshake.upstream)
  client.on('error', () => outgoing.destroy()) // its 'close' follows and settles the rest
  client.once('close', () => {
    outgoing.destroy()
    onEnd(status)
  })
  outgoing.once('upgrade', (incoming, socket, early) => {
    if (!listMembers(incoming.rawHeaders, 'upgrade').has('websocket')) {
      outgoing.destroy(Object.assign(new Error('101 to another protocol'), { code: 'ERR_HTTP_UNASKED_UPGRADE' }))
      socket.destroy()
      return
    }
    status = 101
    client.write(formatUpgrade(incoming, exchange), 'latin1')
    join(handshake, { socket, early })
  })
  outgoing.once('response', (incoming) => {
    if ((incoming.statusCode ?? 0) < 200) {
      outgoing.destroy(Object.assign(new Error('101 without a protocol'), { code: 'ERR_HTTP_INVALID_STATUS_CODE' }))
      return
    }
    status = incoming.statusCode ?? 502
    passRefusal(handshake, incoming)
  })
  outgoing.on('error', (error) => {
    if (status !== 499 || client.destroyed) return
    const answer = exchange.refuse(upstreamFailure(route.service, error, seen))
    status = answer.status
    client.write(formatAnswer(answer))
    client.destroySoon()
  })
  outgoing.end()
}

function openHandshake({ exchange, head, route, client }: Handshake): ClientRequest {
  const { request, requestId } = exchange
  const { host, port } = route.target
  const remoteAddress = client.remoteAddress ?? 'unknown'
  const headers = requestHeaders(request.rawHeaders, { head, requestId, remoteAddress, protocol: 'http' })
  const outgoing = openRequest({
    // Half-open, so that an end on one side does not end the other.
    createConnection: () => connect({ host, port, allowHalfOpen: true, noDelay: true }),
    method: head.method,
    path: head.path + head.query,
    headers: [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
  })
  outgoing.maxHeadersCount = 0
  return outgoing
}

function watchHandshake(outgoing: ClientRequest, { timeouts }: Upstream): { readonly wasConnected: boolean } {
  const { connectMs, responseMs } = timeouts
  const seen = { wasConnected: false }
  let timer = setTimeout(() => outgoing.destroy(new Silence(connectMs)), connectMs)
  outgoing.once('socket', (socket) => {
    socket.once('connect', () => {
      seen.wasConnected = true
      clearTimeout(timer)
      timer = setTimeout(() => outgoing.destroy(new Silence(responseMs)), responseMs)
    })
  })
  for (const event of ['upgrade', 'response', 'close']) outgoing.once(event, () => clearTimeout(timer))
  return seen
}

function formatUpgrade(incoming: IncomingMessage, { requestId }: Exchange): string {
  const headers = responseHeaders(incoming.rawHeaders, { requestId, status: 101, isChunked: false })
  const { statusMessage: reason = '' } = incoming
  return formatHead({ status: 101, reason, headers: [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'] })
}

function join({ client, early, exchange }: Handshake, upstream: { socket: Socket; early: Buffer }): void {
  const { socket } = upstream
  for (const side of [client, socket]) {
    side.setTimeout(0)
    side.setNoDelay(true)
    side.setKeepAlive(true, TCP_PROBE_MS)
  }
  if (upstream.early.length > 0) client.write(upstream.early)
  if (early.length > 0) socket.write(early)
  endTogether(client, socket)
  endTogether(socket, client)
  socket.once('close', (hadError) => {
    if (hadError && !client.destroyed) exchange.outcome = 'upstream-lost'
  })
  client.pipe(socket)
  socket.pipe(client)
}

/** What happens to `one` happens to `other`. A graceful end needs nothing here: pipe passes it on. */
function endTogether(one: Socket, other: Socket): void {
  one.on('error', () => other.resetAndDestroy())
  one.once('close', () => {
    // Gone before it had said all or before it could be told all: what is left to say to `other` is written out.
    if (!other.destroyed) other.destroySoon()
  })
}

function passRefusal({ client, exchange, upstream }: Handshake, incoming: IncomingMessage): void {
  const { requestId } = exchange
  const { statusCode: status = 502, statusMessage: reason = '' } = incoming
  const headers = responseHeaders(incoming.rawHeaders, { requestId, status, isChunked: false })
  // The end of the connection is the end of the content: there is no response object that would frame it.
  client.write(formatHead({ status, reason, headers: [...headers, 'Connection', 'close'] }), 'latin1')
  client.setTimeout(upstream.timeouts.idleMs, () => client.resetAndDestroy())
  incoming.once('error', () => client.resetAndDestroy())
  incoming.once('end', () => client.destroySoon())
  incoming.pipe(client, { end: false })
}
