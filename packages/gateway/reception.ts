import { type IncomingMessage, maxHeaderSize, type Server, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { errorCode } from '@portolan/errors'
import { answerOf, formatAnswer } from './answer.ts'
import type { GatewayConfiguration } from './configuration.ts'
import type { Connections } from './connections.ts'
import {
  badRequest,
  gatewayClosing,
  headersTooLarge,
  hostUnknown,
  methodRefused,
  noRoute,
  originRefused,
  requestTimeout,
  webSocketRefused,
} from './errors.ts'
import { answerWith, Exchange } from './exchange.ts'
import { forward } from './forward.ts'
import { isOwnOrigin, namesGateway } from './host-name.ts'
import type { GatewayLogger } from './log.ts'
import { parseRequestHead, type RequestHead } from './request-head.ts'
import { requestIdOf } from './request-id.ts'
import { type GatewayRoute, matchRoute } from './route.ts'
import { tunnel } from './tunnel.ts'
import type { Upstream } from './upstream.ts'

export interface ReceptionOptions {
  /** Asked at each request, so that a swapped configuration counts from the next one on. */
  readonly configuration: () => GatewayConfiguration
  readonly connections: Connections
  readonly upstream: Upstream
  readonly logger: GatewayLogger
}

/** Takes what a listener's server hears, and sends it on its way or refuses it. */
export function receive(server: Server, options: ReceptionOptions): void {
  const { connections, logger } = options
  const answers = new OpenAnswers()
  const ordinary = (request: IncomingMessage, response: ServerResponse) => {
    answers.add(request.socket, response)
    receiveRequest(request, response, options)
  }
  server.on('connection', (socket) => connections.add(socket))
  server.on('request', ordinary)
  server.on('checkContinue', ordinary) // the service decides whether the content shall come
  server.on('checkExpectation', ordinary) // refused by parseRequestHead, in our words
  server.on('upgrade', (request, socket, early) => {
    // A plain TCP server hands out nothing but sockets; the types allow for other streams.
    if (socket instanceof Socket) receiveUpgrade(request, { client: socket, early }, options)
    else socket.destroy()
  })
  server.on('connect', (request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(formatAnswer(new Exchange(request, logger).refuse(methodRefused('CONNECT'))))
  })
  server.on('clientError', (error, socket) => refuseBytes(error, socket, { answers, logger }))
}

function receiveRequest(request: IncomingMessage, response: ServerResponse, options: ReceptionOptions): void {
  const exchange = new Exchange(request, options.logger)
  const release = options.connections.hold(request.socket)
  if (options.connections.isDraining) response.shouldKeepAlive = false
  response.once('close', () => {
    if (!response.writableFinished && exchange.outcome === 'complete') exchange.outcome = 'client-gone'
    exchange.logAccess(response.headersSent ? response.statusCode : CLIENT_GONE)
    release()
  })
  response.on('timeout', () => endIdle(response, exchange))
  try {
    const { head, route } = admit(exchange, options)
    const passage = { exchange, head, route, response, upstream: options.upstream }
    // Pipelined requests wait for their turn: one client must not open as many upstream connections as it likes.
    if (response.socket === null) response.once('socket', () => forward(passage))
    else forward(passage)
  } catch (error) {
    answerWith(response, error, exchange)
  }
}

function receiveUpgrade(
  request: IncomingMessage,
  { client, early }: { readonly client: Socket; readonly early: Buffer },
  options: ReceptionOptions,
): void {
  const exchange = new Exchange(request, options.logger)
  const release = options.connections.hold(client)
  try {
    const { head, route } = admit(exchange, options)
    if (head.framing.kind !== 'none') throw badRequest('a WebSocket handshake has content')
    if (!route.websocket) throw webSocketRefused(route.service, route.path)
    const { origin } = request.headers
    if (!isOwnOrigin(origin, head)) throw originRefused(origin ?? '')
    const handshake = { exchange, head, route, client, early, upstream: options.upstream }
    tunnel(handshake, (status) => {
      exchange.logAccess(status)
      release()
    })
  } catch (error) {
    const answer = exchange.refuse(error)
    client.on('error', () => client.destroy())
    client.once('close', () => exchange.logAccess(answer.status))
    client.write(formatAnswer(answer))
    client.destroySoon()
  }
}

// Written to the log only, as nginx does: nothing was sent.
const CLIENT_GONE = 499

/** @throws the reason why the request goes nowhere */
function admit(exchange: Exchange, options: ReceptionOptions): { head: RequestHead; route: GatewayRoute } {
  if (options.connections.isDraining) throw gatewayClosing()
  const head = parseRequestHead(exchange.request)
  const { routes, domains } = options.configuration()
  if (!namesGateway(head, domains)) throw hostUnknown(head.host)
  const route = matchRoute(routes, head.path)
  if (route === undefined) throw noRoute(head.path)
  exchange.route = route
  return { head, route }
}

/** The connection has stood still for the idle limit, in both directions. */
function endIdle(response: ServerResponse, exchange: Exchange): void {
  if (exchange.mayBeSilent) return
  if (response.headersSent) response.destroy()
  else if (!exchange.request.complete) answerWith(response, requestTimeout(), exchange)
  // Otherwise the upstream is being waited for, and has its own limit.
}

/** The answers that have not ended, by connection: pipelined requests have several. */
class OpenAnswers {
  readonly #open = new WeakMap<object, Set<ServerResponse>>()

  add(socket: object, response: ServerResponse): void {
    const open = this.#open.get(socket) ?? new Set()
    this.#open.set(socket, open.add(response))
    response.once('close', () => open.delete(response))
  }

  /** Whether bytes written to the socket now would be the whole of one answer, rather than a part of another. */
  allows(socket: object): boolean {
    const [first, ...others] = this.#open.get(socket) ?? []
    return others.length === 0 && first?.headersSent !== true
  }
}

interface Refusing {
  readonly answers: OpenAnswers
  readonly logger: GatewayLogger
}

/** Answers bytes that Node's parser could not take for a request, and closes the connection. */
function refuseBytes(error: Error, socket: Socket | NodeJS.WritableStream, { answers, logger }: Refusing): void {
  if (!(socket instanceof Socket)) return
  const code = errorCode(error) ?? ''
  if (code === 'ECONNRESET' || !socket.writable || !answers.allows(socket)) {
    socket.destroy()
    return
  }
  const requestId = requestIdOf([])
  const answer = answerOf(bytesError(code), { requestId })
  logger.info({ requestId, status: answer.status, parserCode: code }, 'bytes refused')
  socket.write(formatAnswer(answer))
  socket.destroySoon()
}

function bytesError(code: string): Error {
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge(maxHeaderSize)
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTimeout()
  return badRequest(`its bytes are not valid HTTP/1.1 (${code})`)
}
