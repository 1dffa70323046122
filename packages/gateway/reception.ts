import type { Duplex } from 'node:stream'
import type { ClientPlace, TrustedProxies } from './client-address.ts'
import type { GatewayConfiguration } from './configuration.ts'
import type { Connections } from './connections.ts'
import type { Destination } from './destination.ts'
import { badRequest, gatewayClosing, hostUnknown, noRoute, originRefused, webSocketRefused } from './errors.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'
import type { Figures } from './figures/figures.ts'
import { forward } from './forward.ts'
import { isOwnOrigin, namesGateway } from './host-name.ts'
import type { ClientExchange } from './http1/client-exchange.ts'
import { fieldValues } from './http1/fields.ts'
import type { Account } from './limits/account.ts'
import { overloaded } from './limits/limit-errors.ts'
import type { Limits } from './limits/limits.ts'
import type { Visit } from './limits/visit.ts'
import type { Passage } from './passage.ts'
import type { Doorkeeper } from './pattern-host/admission.ts'
import { isWebSocketHandshake, parseRequestHead, type RequestHead } from './request-head.ts'
import type { RouteTable } from './route-table.ts'
import type { GatewayTimeouts } from './timeouts.ts'
import type { FrontDoor } from './tls/front-door.ts'
import type { TlsGate } from './tls/tls-gate.ts'

export interface ReceptionOptions extends ExchangeOptions {
  /** Asked at each request, so that a swapped configuration counts from the next one on. */
  readonly configuration: () => GatewayConfiguration
  readonly trustedProxies: () => TrustedProxies
  /** What is decided by how a request came; nothing without TLS. */
  readonly frontDoor: () => FrontDoor | undefined
  readonly tls: TlsGate
  /** Who decides about requests that no path's route is for, if there is one. */
  readonly doorkeeper: () => Doorkeeper | undefined
  readonly connections: Connections
  /** Of that configuration. */
  readonly routes: () => RouteTable
  readonly timeouts: GatewayTimeouts
  readonly figures: Figures
  readonly limits: Limits
}

/** Who is at the other end of a connection, as the limits see it. */
export interface Peer {
  readonly address: string
  readonly account: Account
}

/** What a request came by. */
export interface RequestOrigin {
  readonly peer: Peer
  /** Told when its connection has become a WebSocket. */
  readonly onTunnel: (socket: Duplex) => void
}

/** Sends a request on its way, or refuses it. */
export function receiveRequest(
  client: ClientExchange,
  { peer, onTunnel }: RequestOrigin,
  options: ReceptionOptions,
): void {
  const exchange = new Exchange(client, options)
  client.follow(unanswered(exchange))
  try {
    if (options.connections.isDraining) throw gatewayClosing()
    const place = options.trustedProxies().clientOf(client, client.request.fields)
    const account = place.address === peer.address ? peer.account : options.limits.clientOf(place.address)
    const visit = options.limits.arrive(account, exchange.startedMs)
    exchange.visit = visit
    const head = parseRequestHead(client.request)
    const isUpgrade = isWebSocketHandshake(client.request)
    const reception: Reception = { exchange, head, isUpgrade, peer, onTunnel, place, visit, options }
    if (options.frontDoor()?.answers(exchange, head, place.protocol) === true) return
    const doorkeeper = options.doorkeeper()
    // It answers every refusal itself, so that nobody waits for it.
    if (doorkeeper?.decides(head) === true) void askDoorkeeper(reception, doorkeeper)
    else sendOn(reception, admit(reception))
  } catch (error) {
    exchange.answer(error)
  }
}

/** One request that has been read, and what it came by. */
interface Reception extends RequestOrigin {
  readonly exchange: Exchange
  readonly head: RequestHead
  readonly isUpgrade: boolean
  readonly place: ClientPlace
  readonly visit: Visit
  readonly options: ReceptionOptions
}

async function askDoorkeeper(reception: Reception, doorkeeper: Doorkeeper): Promise<void> {
  const { exchange, head, isUpgrade } = reception
  try {
    const { protocol } = reception.place
    const admission = await doorkeeper.admit({ exchange, head, isUpgrade, protocol })
    if (exchange.isOver) return // the client has gone meanwhile
    if (admission.kind === 'answer') exchange.reply(admission.answer)
    else sendOn(reception, admission.destination)
  } catch (error) {
    if (!exchange.isOver) exchange.answer(error)
  }
}

function sendOn(reception: Reception, route: Destination): void {
  const { exchange, head, isUpgrade, onTunnel, place, visit, options } = reception
  const { limits } = options
  exchange.route = route
  limits.assign(visit, { route: route.path, workspace: route.workspace }, exchange.startedMs)
  if (isUpgrade) limits.checkLasting(visit) // before the service is asked; it counts from its answer on
  const passage: Passage = { exchange, head, route, client: place, isUpgrade, onTunnel, pace: limits.paceOf(visit) }
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

/** Until it is on its way nothing of it is read, and its answer follows at once. */
function unanswered(exchange: Exchange) {
  const ignore = (): void => undefined
  const onGone = () => exchange.end('client-gone')
  return { onClientDrain: ignore, onGone, onStill: ignore, onSlow: ignore, onMalformed: ignore }
}

/** @throws the reason why the request goes nowhere */
function admit(reception: Reception): Destination {
  const { exchange, head, isUpgrade, options } = reception
  if (!namesGateway(head, options.configuration().domains)) throw hostUnknown(head.host)
  const route = options.routes().find(head.path)
  if (route === undefined) throw noRoute(head.path)
  exchange.route = route
  if (isUpgrade) admitUpgrade(reception, route)
  return route
}

/** @throws the reason why there is no WebSocket */
function admitUpgrade(reception: Reception, route: Destination): void {
  const { exchange, head } = reception
  if (head.framing.kind !== 'none') throw badRequest('a WebSocket handshake has content')
  if (!route.websocket) throw webSocketRefused(route.service, route.path)
  const [origin] = fieldValues(exchange.client.request.fields, 'origin')
  if (!isOwnOrigin(origin, head, reception.place.protocol)) throw originRefused(origin ?? '')
}
