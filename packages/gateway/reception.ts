import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { answerOf, ownAnswerHead } from './answer.ts'
import type { ClientPlace, TrustedProxies } from './client-address.ts'
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
import { forward } from './forward.ts'
import { isOwnOrigin, namesGateway } from './host-name.ts'
import { answerHeadText } from './http1/answer-text.ts'
import type { ClientExchange } from './http1/client-exchange.ts'
import type { Clock } from './http1/clock.ts'
import { fieldValues, NO_FIELDS } from './http1/fields.ts'
import type { MalformedMessage } from './http1/malformed-message.ts'
import { ServerConnection } from './http1/server-connection.ts'
import type { GatewayLogger } from './log.ts'
import { HEAD_LIMIT_BYTES, malformedRequest } from './malformed-request.ts'
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
}

/** Takes a client's connection, and sends what it asks on its way or refuses it. */
export function receive(socket: Socket, options: ReceptionOptions): void {
  const { connections, clock, timeouts } = options
  const connection: ServerConnection = new ServerConnection(socket, {
    clock,
    protocol: 'http',
    headLimitBytes: HEAD_LIMIT_BYTES,
    ...timeouts,
    onExchange: (client) => receiveRequest(client, connection, options),
    refuse: (fault) => refuseBytes(fault, options),
  })
  connections.add(connection)
}

function receiveRequest(client: ClientExchange, connection: ServerConnection, options: ReceptionOptions): void {
  const { logger, clock } = options
  const exchange = new Exchange(client, { logger, clock })
  client.follow(unanswered(exchange))
  try {
    if (options.connections.isDraining) throw gatewayClosing()
    const head = parseRequestHead(client.request)
    const reception: Reception = {
      exchange,
      head,
      isUpgrade: isWebSocketHandshake(client.request),
      connection,
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
  const { exchange, head, isUpgrade, connection, options } = reception
  exchange.route = route
  const onTunnel = (socket: Duplex): void => options.connections.keepTunnel(connection, socket)
  const passage: Passage = { exchange, head, route, client: placeOf(reception), isUpgrade, onTunnel }
  forward(passage)
}

function placeOf({ exchange, options }: Reception): ClientPlace {
  const { client } = exchange
  return options.trustedProxies().clientOf(client, client.request.fields)
}

/** Until it is on its way nothing of it is read, and its answer follows at once. */
function unanswered(exchange: Exchange) {
  const ignore = (): void => undefined
  return { onClientDrain: ignore, onGone: () => exchange.end('client-gone'), onStill: ignore, onMalformed: ignore }
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
function refuseBytes(fault: MalformedMessage | 'head-too-slow', { logger, clock }: ReceptionOptions): string {
  const requestId = requestIdOf(NO_FIELDS)
  const error = fault === 'head-too-slow' ? requestTimeout() : malformedRequest(fault)
  const answer = answerOf(error, { requestId })
  logger.info(
    { requestId, status: answer.status, fault: fault === 'head-too-slow' ? fault : fault.fault },
    'bytes refused',
  )
  const head = ownAnswerHead(answer, { date: clock.date, length: Buffer.byteLength(answer.body) })
  return `${answerHeadText(head)}Connection: close\r\n\r\n${answer.body}`
}
