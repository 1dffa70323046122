import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type AppError, errorMessage } from '@portolan/errors'
import { answerOf, ownAnswerHead } from './answer.ts'
import { unmapped } from './client-address.ts'
import { requestTimeout } from './errors.ts'
import { answerHeadText } from './http1/answer-text.ts'
import type { Clock } from './http1/clock.ts'
import { NO_FIELDS } from './http1/fields.ts'
import type { MalformedMessage } from './http1/malformed-message.ts'
import { ServerConnection } from './http1/server-connection.ts'
import { ServerSession } from './http2/server-session.ts'
import { malformedRequest } from './malformed-request.ts'
import { type Peer, type ReceptionOptions, receiveRequest } from './reception.ts'
import { requestIdOf } from './request-id.ts'

const NOTHING = Buffer.alloc(0)

type Protocol = 'http' | 'https'

/** Takes a client's connection in the clear: HTTP/1.1, or HTTP/2 when that is how it begins (RFC 9113 §3.3). */
export function receivePlain(socket: Socket, options: ReceptionOptions): void {
  const peer = admitConnection(socket, options, (refusal) => refusalText(refusal, options.clock))
  if (peer !== undefined) receiveHttp1(socket, { protocol: 'http', peer }, options)
}

/** Takes a client's connection, encrypts it, and speaks what both agree on (ALPN, RFC 7301). */
export function receiveSecure(raw: Socket, options: ReceptionOptions): void {
  const { connections, tls } = options
  const peer = admitConnection(raw, options, () => '')
  if (peer === undefined) return
  const handshake = new Handshake(raw)
  connections.add(handshake)
  tls.take(raw, (socket, isHttp2) => {
    connections.forget(handshake)
    if (isHttp2) receiveHttp2(socket, { early: NOTHING, protocol: 'https', peer }, options)
    else receiveHttp1(socket, { protocol: 'https', peer }, options)
  })
}

/** A connection that is being agreed on, and carries nothing yet. */
class Handshake {
  readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
  }

  sweep(): void {
    // Node limits the time of a handshake itself.
  }

  closeWhenIdle(): void {
    this.destroy()
  }

  closeAfterNext(): void {
    // It has still to be asked for the first time.
  }

  destroy(): void {
    this.socket.destroy()
  }
}

/**
 * @param textOf what is said to a connection that is refused
 * @returns undefined when it was refused, and closes
 */
function admitConnection(
  socket: Socket,
  { limits, figures, trustedProxies }: ReceptionOptions,
  textOf: (refusal: AppError) => string,
): Peer | undefined {
  const address = unmapped(socket.remoteAddress ?? 'unknown')
  const account = trustedProxies().trusts(address) ? limits.proxy : limits.clientOf(address)
  const refusal = limits.connect(account, performance.now())
  if (refusal !== undefined) {
    figures.refused(refusal.code)
    socket.on('error', () => socket.destroy())
    socket.write(textOf(refusal), 'latin1')
    socket.destroySoon()
    return undefined
  }
  socket.once('close', () => limits.disconnect(account))
  return { address, account }
}

interface Beginning {
  readonly protocol: Protocol
  readonly peer: Peer
}

function receiveHttp1(socket: Socket, { protocol, peer }: Beginning, options: ReceptionOptions): void {
  const { connections, clock, timeouts, limits, figures } = options
  const kind = protocol === 'https' ? 'h1-tls' : 'h1'
  const onClose = (): void => figures.disconnected(kind)
  const connection: ServerConnection = new ServerConnection(socket, {
    clock,
    protocol,
    headLimitBytes: limits.settings.head.bytes,
    fieldLimit: limits.settings.head.count,
    ...timeouts,
    slow: () => limits.settings.slow,
    onExchange: (client) => receiveRequest(client, { peer, onTunnel }, options),
    onTooSlow: () => figures.refused('GATEWAY_READER_TOO_SLOW'),
    onHttp2: (early) => {
      connections.forget(connection)
      socket.off('close', onClose)
      onClose()
      receiveHttp2(socket, { early, protocol, peer }, options)
    },
    refuse: (fault) => refuseBytes(fault, options),
  })
  const onTunnel = (taken: Duplex): void => connections.keepTunnel(connection, taken)
  figures.connected(kind)
  socket.once('close', onClose)
  connections.add(connection)
}

function receiveHttp2(
  socket: Socket,
  { early, protocol, peer }: Beginning & { readonly early: Buffer },
  options: ReceptionOptions,
): void {
  const { connections, clock, timeouts, logger, limits, figures } = options
  const kind = protocol === 'https' ? 'h2-tls' : 'h2'
  const session = new ServerSession(socket, early, {
    clock,
    protocol,
    head: limits.settings.head,
    ...timeouts,
    slow: () => limits.settings.slow,
    // Its WebSockets are streams, which end with it.
    onExchange: (client) => receiveRequest(client, { peer, onTunnel: () => undefined }, options),
    onFault: (error) => logger.error({ fault: faultOf(error) }, 'stream failed'),
    onRefused: (fault) => {
      const { code, status } = malformedRequest(fault, limits.settings.head.bytes)
      figures.refused(code)
      logger.info({ status, code, fault: fault.fault }, 'stream refused')
    },
    onSessionError: (error) => {
      // A connection that breaks off is nobody's fault.
      if (!('syscall' in error)) figures.refused('GATEWAY_BAD_REQUEST')
      logger.info({ fault: errorMessage(error) }, 'session ended')
    },
  })
  figures.connected(kind)
  socket.once('close', () => figures.disconnected(kind))
  connections.add(session)
}

function faultOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
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
