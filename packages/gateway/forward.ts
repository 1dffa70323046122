import { type ClientRequest, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { errorCode } from '@portolan/errors'
import { formatHead } from './answer.ts'
import { answerWith, discardRest, type Exchange } from './exchange.ts'
import { endToEndHeaders, requestHeaders, responseHeaders, trailerPairs } from './headers.ts'
import { headerValues, type RequestHead } from './request-head.ts'
import type { GatewayRoute } from './route.ts'
import { Silence, type Upstream, upstreamFailure } from './upstream.ts'

/** One request on its way: everything that it began with. */
export interface Passage {
  readonly exchange: Exchange
  readonly head: RequestHead
  readonly route: GatewayRoute
  readonly upstream: Upstream
  readonly response: ServerResponse
}

/** More interim answers than any service has a use for. */
const MOST_INFORMATION = 16

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/**
 * Sends a request to its service and streams the answer back, both with back-pressure.
 *
 * A service may close a kept connection in the moment a request is put on it, which nobody did wrong. So kept
 * connections carry only requests that may be sent twice (idempotent and without content, RFC 9110 §9.2.2), and such
 * a request is sent a second time, on a new connection, when its kept one closed before any byte came back. All
 * others get a new connection.
 */
export function forward(passage: Passage): void {
  const { head, upstream } = passage
  const isRepeatable = IDEMPOTENT.has(head.method) && head.framing.kind === 'none'
  if (!isRepeatable) attempt(passage, { agent: false, onStale: undefined })
  else
    attempt(passage, { agent: upstream.agent, onStale: () => attempt(passage, { agent: false, onStale: undefined }) })
}

interface Attempt {
  readonly agent: Upstream['agent'] | false
  /** Called instead of failing when a kept connection turned out to be dead. */
  readonly onStale: (() => void) | undefined
}

function attempt(passage: Passage, { agent, onStale }: Attempt): void {
  const { exchange, route, response } = passage
  const outgoing = openOutgoing(passage, agent)
  const connection = watchConnection(outgoing, passage)
  const abort = () => outgoing.destroy()
  response.once('close', abort)
  let isAnswered = false
  let informationCount = 0
  outgoing.on('information', (information) => {
    informationCount += 1
    if (informationCount <= MOST_INFORMATION) passInformation(response, exchange.request, information)
  })
  outgoing.once('response', (incoming) => {
    isAnswered = true
    passResponse(passage, outgoing, incoming)
  })
  // Nobody asked for another protocol here. Without a listener Node would end the connection and say nothing.
  outgoing.once('upgrade', (_incoming, socket) => {
    socket.destroy()
    const cause = Object.assign(new Error('101 without having been asked'), { code: 'ERR_HTTP_UNASKED_UPGRADE' })
    answerWith(response, upstreamFailure(route.service, cause, { wasConnected: true }), exchange)
  })
  outgoing.on('error', (error) => {
    // After the response head the fate of the response decides; a service may answer without reading all it was sent.
    if (isAnswered || response.destroyed) return
    response.off('close', abort)
    if (onStale !== undefined && connection.isStale(error)) onStale()
    else answerWith(response, upstreamFailure(route.service, error, connection), exchange)
  })
  sendContent(passage, outgoing)
}

function openOutgoing({ exchange, head, route, response }: Passage, agent: Attempt['agent']): ClientRequest {
  const { request, requestId } = exchange
  const remoteAddress = request.socket.remoteAddress ?? 'unknown'
  const outgoing = openRequest({
    agent,
    insecureHTTPParser: false, // whatever NODE_OPTIONS say
    host: route.target.host,
    port: route.target.port,
    method: head.method,
    path: head.path + head.query,
    headers: requestHeaders(request.rawHeaders, { head, requestId, remoteAddress, protocol: 'http' }),
  })
  // Node would drop headers beyond 2,000 in silence; their total size is limited anyway.
  outgoing.maxHeadersCount = 0
  if (response.destroyed) outgoing.destroy()
  return outgoing
}

/** Watches the time an upstream takes until its response head, and what became of the connection. */
function watchConnection(outgoing: ClientRequest, { exchange, response, upstream }: Passage) {
  const { connectMs, responseMs } = upstream.timeouts
  const seen = { wasConnected: false, bytesBefore: 0 }
  const connecting = setTimeout(() => outgoing.destroy(new Silence(connectMs)), connectMs)
  outgoing.once('close', () => clearTimeout(connecting))
  outgoing.once('socket', (socket) => {
    seen.bytesBefore = socket.bytesRead
    const connected = () => {
      seen.wasConnected = true
      clearTimeout(connecting)
    }
    if (socket.connecting) socket.once('connect', connected)
    else connected()
  })
  outgoing.setTimeout(responseMs)
  outgoing.on('timeout', () => {
    // While the client is the one who stands still, its own limit counts; while connecting, that of the handshake.
    const waitsForClient = !exchange.request.complete && !outgoing.writableNeedDrain
    if (response.headersSent) outgoing.destroy()
    else if (seen.wasConnected && !waitsForClient) outgoing.destroy(new Silence(responseMs))
  })
  return {
    get wasConnected() {
      return seen.wasConnected
    },
    isStale: (error: unknown) =>
      outgoing.reusedSocket &&
      ['ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '') &&
      outgoing.socket?.bytesRead === seen.bytesBefore,
  }
}

function sendContent({ exchange, head }: Passage, outgoing: ClientRequest): void {
  const { request } = exchange
  if (head.framing.kind === 'none') {
    outgoing.end()
    return
  }
  // The head goes out before the first byte of content: the service may want to answer to it alone.
  outgoing.flushHeaders()
  if (head.framing.kind === 'chunked') {
    request.once('end', () => outgoing.addTrailers(trailerPairs(request.rawTrailers)))
  }
  request.pipe(outgoing)
}

function passInformation(
  response: ServerResponse,
  request: IncomingMessage,
  information: { readonly statusCode: number; readonly statusMessage: string; readonly rawHeaders: string[] },
): void {
  // An HTTP/1.0 client knows no interim answers (RFC 9110 §15.2).
  if (response.headersSent || request.httpVersion !== '1.1') return
  // They may be left out (RFC 9110 §15.2), and a client that reads slowly must not fill the memory.
  if (response.socket?.writableNeedDrain === true) return
  const { statusCode: status, statusMessage: reason, rawHeaders } = information
  if (status === 100) response.writeContinue()
  // Node has no call for it. Only the response whose turn it is has a socket, so pipelined answers are not mixed up.
  else response.socket?.write(formatHead({ status, reason, headers: endToEndHeaders(rawHeaders) }), 'latin1')
}

function passResponse(passage: Passage, outgoing: ClientRequest, incoming: IncomingMessage): void {
  const { exchange, response, route } = passage
  try {
    writeResponseHead(passage, incoming)
  } catch (error) {
    outgoing.destroy()
    answerWith(response, upstreamFailure(route.service, error, { wasConnected: true }), exchange)
    return
  }
  exchange.mayBeSilent = isEventStream(incoming.headers['content-type'])
  outgoing.setTimeout(exchange.mayBeSilent ? 0 : passage.upstream.timeouts.idleMs)
  incoming.once('end', () => {
    if (response.chunkedEncoding) response.addTrailers(trailerPairs(incoming.rawTrailers))
  })
  incoming.once('error', () => {
    if (!response.destroyed) exchange.outcome = 'upstream-lost'
    // Where the end of the connection is the end of the content, only a reset says that something is missing.
    if (exchange.request.httpVersion !== '1.1' && response.socket instanceof Socket) response.socket.resetAndDestroy()
  })
  // pipeline destroys the response when the upstream breaks off, so that it never looks complete.
  pipeline(incoming, response, (error) => {
    if (error == null) discardRest(exchange.request)
  })
}

/** @throws what Node says of a header or a status that it will not write, or of a coding that it cannot pass on */
function writeResponseHead({ exchange, head, response }: Passage, incoming: IncomingMessage): void {
  const status = incoming.statusCode ?? 0
  // An interim answer that Node gives as the final one: a bare 101. Passed on, it would leave the client waiting.
  if (status < 200) throw Object.assign(new Error(`final status ${status}`), { code: 'ERR_HTTP_INVALID_STATUS_CODE' })
  const codings = headerValues(incoming.rawHeaders, 'transfer-encoding')
  if (codings.length > 1 || codings.some((coding) => coding.trim().toLowerCase() !== 'chunked')) {
    throw Object.assign(new Error('transfer coding is not "chunked"'), { code: 'ERR_HTTP_TRANSFER_CODING' })
  }
  const hasContent = head.method !== 'HEAD' && status !== 204 && status !== 304
  const isChunked = codings.length === 1 && hasContent && exchange.request.httpVersion === '1.1'
  const headers = responseHeaders(incoming.rawHeaders, { requestId: exchange.requestId, status, isChunked })
  response.writeHead(status, incoming.statusMessage ?? '', headers)
  // Without this, Node would hold the head back until the first content: an event stream would look dead.
  response.flushHeaders()
}

/** With parameters too: `text/event-stream;charset=utf-8`. */
function isEventStream(contentType = ''): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(contentType)
}
