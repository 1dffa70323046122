import { AppError, type ErrorCatalogue } from '@portolan/errors'
import { LIMIT_ERRORS } from './limits/limit-errors.ts'
import { PATTERN_HOST_ERRORS } from './pattern-host/errors.ts'
import { TLS_ERRORS } from './tls/tls-errors.ts'
import { UPSTREAM_ERRORS } from './upstreams/upstream-errors.ts'
import { WORKER_ERRORS } from './workers/errors.ts'

export const GATEWAY_ERRORS = {
  GATEWAY_BAD_REQUEST: { status: 400, title: 'The request cannot be understood' },
  GATEWAY_NO_ROUTE: { status: 404, title: 'No route leads there' },
  GATEWAY_METHOD_REFUSED: { status: 405, title: 'The method is refused' },
  GATEWAY_REQUEST_TIMEOUT: { status: 408, title: 'The request did not arrive in time' },
  GATEWAY_EXPECTATION_FAILED: { status: 417, title: 'The expectation cannot be met' },
  GATEWAY_HEADERS_TOO_LARGE: { status: 431, title: 'The request headers are too large' },
  GATEWAY_WEBSOCKET_REFUSED: { status: 400, title: 'The route takes no WebSocket' },
  GATEWAY_HOST_UNKNOWN: { status: 421, title: 'The gateway does not answer to that name' },
  GATEWAY_ORIGIN_REFUSED: { status: 403, title: 'Another page may not open a WebSocket here' },
  GATEWAY_UPSTREAM_UNREACHABLE: { status: 502, title: 'The service cannot be reached' },
  GATEWAY_UPSTREAM_CLOSED: { status: 502, title: 'The service broke off before it answered' },
  GATEWAY_UPSTREAM_INVALID: { status: 502, title: 'The answer of the service cannot be understood' },
  GATEWAY_UPSTREAM_TIMEOUT: { status: 504, title: 'The service did not answer in time' },
  GATEWAY_CLOSING: { status: 503, title: 'The gateway is closing' },
  ...UPSTREAM_ERRORS,
  GATEWAY_CONFIGURATION_INVALID: { status: 400, title: 'The gateway configuration is invalid' },
  GATEWAY_CONFIGURATION_UNREADABLE: { status: 500, title: 'The gateway configuration cannot be read' },
  GATEWAY_LISTENERS_CHANGED: { status: 409, title: 'The listeners of an open gateway are fixed' },
  GATEWAY_PORT_TAKEN: { status: 409, title: 'The port is taken' },
  GATEWAY_LISTEN_FAILED: { status: 500, title: 'The gateway cannot listen' },
  GATEWAY_MESSAGE_UNKNOWN: { status: 400, title: 'The message is unknown' },
  ...LIMIT_ERRORS,
  ...PATTERN_HOST_ERRORS,
  ...WORKER_ERRORS,
  ...TLS_ERRORS,
} as const satisfies ErrorCatalogue

type GatewayCode = keyof typeof GATEWAY_ERRORS

interface Circumstances {
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

function gatewayError(code: GatewayCode, message: string, circumstances: Circumstances = {}): AppError {
  return new AppError(code, message, { status: GATEWAY_ERRORS[code].status, ...circumstances })
}

/** @param fault a clause that says what is wrong with the bytes, such as `the path holds "%zz"` */
export function badRequest(fault: string): AppError {
  const message =
    `The request was refused because ${fault}. Expected was one HTTP/1.1 message as RFC 9112 describes it. ` +
    `Correct what sends the request.`
  return gatewayError('GATEWAY_BAD_REQUEST', message)
}

export function noRoute(path: string): AppError {
  const message =
    `No route of this gateway leads to "${path}". Expected was a path below a declared route. ` +
    `Check the address, or declare the route in the stack file.`
  return gatewayError('GATEWAY_NO_ROUTE', message, { details: { path } })
}

export function methodRefused(method: string): AppError {
  const message = `The method "${method}" is refused. Use another method: the Allow header lists the usual ones.`
  return gatewayError('GATEWAY_METHOD_REFUSED', message, { details: { method } })
}

export function requestTimeout(): AppError {
  const message =
    'The request stopped arriving before it was complete. Expected was a byte within the idle limit. Send it again.'
  return gatewayError('GATEWAY_REQUEST_TIMEOUT', message)
}

export function expectationFailed(expectation: string): AppError {
  const message = `The expectation "${expectation}" is unknown. Expected was "100-continue". Leave the header out.`
  return gatewayError('GATEWAY_EXPECTATION_FAILED', message)
}

export function headersTooLarge(limitBytes: number): AppError {
  const message =
    `The headers of the request are larger than "${limitBytes}" bytes. Expected were smaller ones. ` +
    `Delete the cookies of this site and try again.`
  return gatewayError('GATEWAY_HEADERS_TOO_LARGE', message, { details: { limitBytes } })
}

export function webSocketRefused(service: string, path: string): AppError {
  const message =
    `The route "${path}" of service "${service}" takes no WebSocket. Expected was an ordinary request. ` +
    `Declare the route with "websocket: true" if the service speaks WebSocket there.`
  return gatewayError('GATEWAY_WEBSOCKET_REFUSED', message, { details: { service, path } })
}

export function hostUnknown(host: string): AppError {
  const message =
    `The gateway does not answer to the name "${host}". Expected was "localhost", an address, or a declared domain. ` +
    `Declare the name under "gateway: { domains: [...] }" of the stack file.`
  return gatewayError('GATEWAY_HOST_UNKNOWN', message, { details: { host } })
}

export function originRefused(origin: string): AppError {
  const message =
    `A page of "${origin}" may not open a WebSocket here. Expected was a page of the address that it connects to, ` +
    `because a browser would send that address's cookies along.`
  return gatewayError('GATEWAY_ORIGIN_REFUSED', message, { details: { origin } })
}

export function upstreamUnreachable(service: string, cause: unknown): AppError {
  const message =
    `Service "${service}" cannot be reached. Expected was a listener on its declared port. ` +
    `See whether the service runs, and read its log.`
  return gatewayError('GATEWAY_UPSTREAM_UNREACHABLE', message, { cause, details: { service } })
}

export function upstreamClosed(service: string, cause: unknown): AppError {
  const message =
    `Service "${service}" closed the connection before it answered. Expected was a complete response head. ` +
    `Read the log of the service: it may have crashed on this request or be restarting.`
  return gatewayError('GATEWAY_UPSTREAM_CLOSED', message, { cause, details: { service } })
}

export function upstreamInvalid(service: string, cause: unknown): AppError {
  const message =
    `The answer of service "${service}" is not valid HTTP/1.1. Expected was a response as RFC 9112 describes it. ` +
    `See whether something else listens on its port, and what the gateway's log says of this request.`
  return gatewayError('GATEWAY_UPSTREAM_INVALID', message, { cause, details: { service } })
}

export function upstreamTimeout(service: string, waited: { readonly forMs: number }): AppError {
  const message =
    `Service "${service}" was silent for "${waited.forMs}" ms. Expected was a response head within that time. ` +
    `See whether the service hangs, or let it answer early and stream.`
  return gatewayError('GATEWAY_UPSTREAM_TIMEOUT', message, { details: { service } })
}

export function gatewayClosing(): AppError {
  return gatewayError('GATEWAY_CLOSING', 'The gateway is closing and takes no new work. Try again in a moment.')
}

/** @param faults every fault of the configuration, each with its place, such as `routes[0].path: …` */
export function configurationInvalid(faults: readonly string[]): AppError {
  const message = `The gateway configuration has ${faults.length} fault(s). Correct each of them:\n${faults.join('\n')}`
  return gatewayError('GATEWAY_CONFIGURATION_INVALID', message, { details: { faults } })
}

export function configurationUnreadable(place: string, cause: unknown): AppError {
  const message =
    `The gateway configuration could not be read from "${place}". Expected was a JSON file whose path is in the ` +
    `environment variable PORTOLAN_GATEWAY_CONFIGURATION. Set the variable to a file that this process may read.`
  return gatewayError('GATEWAY_CONFIGURATION_UNREADABLE', message, { cause, details: { place } })
}

export function listenersChanged(): AppError {
  const message =
    'The new configuration names other listeners than the gateway was opened with. Expected were the same ones, in ' +
    'the same order. Open another gateway for other listeners.'
  return gatewayError('GATEWAY_LISTENERS_CHANGED', message)
}

interface ListenerPlace {
  readonly name: string
  readonly address: string
  readonly port: number
}

export function portTaken(listener: ListenerPlace, cause: unknown): AppError {
  const { name, address, port } = listener
  const message =
    `Listener "${name}" needs port "${port}" on "${address}", and another process holds it. Expected was a free port. ` +
    `End the holder or give the gateway another port.`
  return gatewayError('GATEWAY_PORT_TAKEN', message, { cause, details: { name, address, port } })
}

export function listenFailed(listener: ListenerPlace, cause: unknown): AppError {
  const { name, address, port } = listener
  const message =
    `Listener "${name}" cannot be opened on "${address}", port "${port}". Expected was an address of this machine ` +
    `and a port that this user may open. Correct the address, or choose a port above 1023.`
  return gatewayError('GATEWAY_LISTEN_FAILED', message, { cause, details: { name, address, port } })
}

export function messageUnknown(type: string): AppError {
  const message = `The message type "${type}" is unknown. Expected was "configure" or "replace". Send one of them, or update the gateway.`
  return gatewayError('GATEWAY_MESSAGE_UNKNOWN', message, { details: { type } })
}
