import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AppError } from '@portolan/errors'
import type { Accounting } from './accounting.ts'
import { answerOf, ownAnswerHead } from './answer.ts'
import { type ClientPlace, type TrustedProxies, unmapped } from './client-address.ts'
import type { GatewayConfiguration } from './configuration.ts'
import type { Connections } from './connections.ts'
import type { Destination } from './destination.ts'
import {
  badRequest,
  gatewayClosing,
  hostUnknown,
  noRoute,
  originRefused,
  requestTimeout,
  webSocketRefused,
} from './errors.ts'
import { Exchange } from './exchange.ts'
import type { Figures } from './figures/figures.ts'
import { forward } from './forward.ts'
import { isOwnOrigin, namesGateway } from './host-name.ts'
import { answerHeadText } from './http1/answer-text.ts'
import type { ClientExchange } from './http1/client-exchange.ts'
import type { Clock } from './http1/clock.ts'
import { fieldValues, NO_FIELDS } from './http1/fields.ts'
import type { MalformedMessage } from './http1/malformed-message.ts'
import { ServerConnection } from './http1/server-connection.ts'
import type { Account } from './limits/account.ts'
import { overloaded } from './limits/limit-errors.ts'
import type { Limits } from './limits/limits.ts'
import type { Visit } from './limits/visit.ts'
import type { GatewayLogger } from './log.ts'
import { malformedRequest } from './malformed-request.ts'
import type { Passage } from './passage.ts'
import type { Doorkeeper } from './pattern-host/admission.ts'
import { isWebSocketHandshake, parseRequestHead, type RequestHead } from './request-head.ts'
import { requestIdOf } from './request-id.ts'
import type { RouteTable } from './route-table.ts'
import type { GatewayTimeouts } from './timeouts.ts'

export interface ReceptionOptions {
  /** Asked at each request, so that a swapped configuration counts from the next one on. */
  readonly configuration: () => GatewayConfiguration
  readonly trustedProxies: () => TrustedProxies
  /** Who decides about requests that no path's route is for, if there is one. */
  readonly doorkeeper: () => Doorkeeper | undefined
  readonly connections: Connections
  /** Of that configuration. */
  readonly routes: () => RouteTable
  readonly clock: Clock
  readonly timeouts: GatewayTimeouts
  readonly logger: GatewayLogger
  readonly accounting: Accounting
  readonly figures: Figures
  readonly limits: Limits
}

/** Who is at the other end of a connection, as the limits see it. */
interface Peer {
  readonly address: string
  readonly account: Account
}

/** Takes a client's connection, and sends what it asks on its way or refuses it. */
export function receive(socket: Socket, options: ReceptionOptions): void {
  const { connections, clock, timeouts, limits } = options
  const peer = admitConnection(socket, options)
  if (peer === undefined) return
  const connection: ServerConnection = new ServerConnection(socket, {
    clock,
    protocol: 'http',
    headLimitBytes: limits.settings.head.bytes,
    fieldLimit: limits.settings.head.count,
    ...timeouts,
    slow: () => limits.settings.slow,
    onExchange: (client) => receiveRequest(client, { connection, peer }, options),
    onTooSlow: () => options.figures.refused('GATEWAY_READER_TOO_SLOW'),
    refuse: (fault) => refuseBytes(fault, options),
  })
  connections.add(connection)
}

/** @returns undefined when the connection was refused, and closes */
function admitConnection(
  socket: Socket,
  { limits, figures, trustedProxies, clock }: ReceptionOptions,
): Peer | undefined {
  const address = unmapped(socket.remoteAddress ?? 'unknown')
  const account = trustedProxies().trusts(address) ? limits.proxy : limits.clientOf(address)
  const refusal = limits.connect(account, performance.now())
  if (refusal !== undefined) {
    figures.refused(refusal.code)
    socket.on('error', () => socket.destroy())
    socket.write(refusalText(refusal, clock), 'latin1')
    socket.destroySoon()
    return undefined
  }
  figures.connected('h1')
  socket.once('close', () => {
    limits.disconnect(account)
    figures.disconnected('h1')
  })
  return { address, account }
}

function receiveRequest(
  client: ClientExchange,
  { connection, peer }: Pick<Reception, 'connection' | 'peer'>,
  options: ReceptionOptions,
): void {
  const { logger, clock, accounting } = options
  const exchange = new Exchange(client, { logger, clock, accounting })
  client.follow(unanswered(exchange))
  try {
    if (options.connections.isDraining) throw gatewayClosing()
    const head = parseRequestHead(client.request)
    const reception: Reception = {
      exchange,
      head,
      isUpgrade: isWebSocketHandshake(client.request),
      connection,
      peer,
      options,
    }
    const doorkeeper = options.doorkeeper()
    // It answers every refusal itself, so that nobody waits for it.
    if (doorkeeper?.decides(head) === true) void askDoorkeeper(reception, doorkeeper)
    else sendOn(reception, admit(reception))
  } catch (error) {
    exchange.answer(error)
  }
}

/** One request that has been read, and what it came by. */
interface Reception {
  readonly exchange: Exchange
  readonly head: RequestHead
  readonly isUpgrade: boolean
  readonly connection: ServerConnection
  readonly peer: Peer
  readonly options: ReceptionOptions
}

async function askDoorkeeper(reception: Reception, doorkeeper: Doorkeeper): Promise<void> {
  const { exchange, head, isUpgrade } = reception
  try {
    const { protocol } = placeOf(reception)
    const admission = await doorkeeper.admit({ exchange, head, isUpgrade, protocol })
    if (exchange.isOver) return // the client has gone meanwhile
    if (admission.kind === 'answer') exchange.reply(admission.answer)
    else sendOn(reception, admission.destination)
  } catch (error) {
    if (!exchange.isOver) exchange.answer(error)
  }
}

function sendOn(reception: Reception, route: Destination): void {
  const { exchange, head, isUpgrade, connection, peer, options } = reception
  const { limits } = options
  exchange.route = route
  const onTunnel = (socket: Duplex): void => options.connections.keepTunnel(connection, socket)
  const client = placeOf(reception)
  const account = client.address === peer.address ? peer.account : limits.clientOf(client.address)
  const visit = limits.admit(account, { route: route.path, workspace: route.workspace }, exchange.startedMs)
  exchange.visit = visit
  const passage: Passage = { exchange, head, route, client, isUpgrade, onTunnel, pace: limits.paceOf(visit) }
  if (limits.enter(visit, exchange.startedMs)) forward(passage)
  else waitForTurn(visit, passage)
}

/** Its turn comes when others are done; until then nothing of it is read. */
function waitForTurn(visit: Visit, passage: Passage): void {
  const { exchange } = passage
  visit.whenIn = () => {
    try {
      forward(passage)
    } catch (error) {
      exchange.answer(error)
    }
  }
  visit.whenRefused = () => exchange.answer(overloaded('wait'))
}

function placeOf({ exchange, options }: Reception): ClientPlace {
  const { client } = exchange
  return options.trustedProxies().clientOf(client, client.request.fields)
}

/** Until it is on its way nothing of it is read, and its answer follows at once. */
function unanswered(exchange: Exchange) {
  const ignore = (): void => undefined
  const onGone = () => exchange.end('client-gone')
  return { onClientDrain: ignore, onGone, onStill: ignore, onSlow: ignore, onMalformed: ignore }
}

/** @throws the reason why the request goes nowhere */
function admit({ exchange, head, isUpgrade, options }: Reception): Destination {
  if (!namesGateway(head, options.configuration().domains)) throw hostUnknown(head.host)
  const route = options.routes().find(head.path)
  if (route === undefined) throw noRoute(head.path)
  exchange.route = route
  if (isUpgrade) admitUpgrade(exchange.client, head, route)
  return route
}

/** @throws the reason why there is no WebSocket */
function admitUpgrade({ request }: ClientExchange, head: RequestHead, route: Destination): void {
  if (head.framing.kind !== 'none') throw badRequest('a WebSocket handshake has content')
  if (!route.websocket) throw webSocketRefused(route.service, route.path)
  const [origin] = fieldValues(request.fields, 'origin')
  if (!isOwnOrigin(origin, head)) throw originRefused(origin ?? '')
}

/** The answer to bytes that are no request; the connection closes after it. */
function refuseBytes(fault: MalformedMessage | 'head-too-slow', options: ReceptionOptions): string {
  const { logger, clock, figures, limits } = options
  const requestId = requestIdOf(NO_FIELDS)
  const error = fault === 'head-too-slow' ? requestTimeout() : malformedRequest(fault, limits.settings.head.bytes)
  figures.refused(error.code)
  logger.info(
    { requestId, status: error.status, code: error.code, fault: fault === 'head-too-slow' ? fault : fault.fault },
    'bytes refused',
  )
  return refusalText(error, clock, requestId)
}

/** A whole message, in latin1, after which the connection closes. */
function refusalText(error: AppError, clock: Clock, requestId = requestIdOf(NO_FIELDS)): string {
  const answer = answerOf(error, { requestId })
  const head = ownAnswerHead(answer, { date: clock.date, length: Buffer.byteLength(answer.body) })
  return `${answerHeadText(head)}Connection: close\r\n\r\n${answer.body}`
}
