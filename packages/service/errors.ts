import { AppError, type ErrorCatalogue, errorCode, errorMessage } from '@portolan/errors'
import type { Fault } from './fault.ts'

export const SERVICE_ERRORS = {
  SERVICE_ENVIRONMENT_INVALID: { status: 500, title: 'The environment of the service is not as expected' },
  SERVICE_PORT_TAKEN: { status: 500, title: 'The port is taken by another process' },
  SERVICE_PORT_REFUSED: { status: 500, title: 'The system does not let this process listen there' },
  SERVICE_CLOSE_OVERRUN: { status: 500, title: 'The service did not end within its grace' },
  SERVICE_CLOSING: { status: 503, title: 'The service is shutting down' },
  SERVICE_NOT_READY: { status: 503, title: 'The service is not able to work yet' },
  SERVICE_CHECK_TIMED_OUT: { status: 503, title: 'A readiness check did not answer in time' },
  SERVICE_ROUTE_UNKNOWN: { status: 404, title: 'Nothing is served here' },
  SERVICE_REQUEST_INVALID: { status: 400, title: 'The request is not as expected' },
  SERVICE_REQUEST_UNREADABLE: { status: 400, title: 'The request cannot be read' },
} as const satisfies ErrorCatalogue

type ServiceErrorCode = keyof typeof SERVICE_ERRORS

function serviceError(code: ServiceErrorCode, message: string, options: { cause?: unknown; details?: object } = {}) {
  return new AppError(code, message, {
    status: SERVICE_ERRORS[code].status,
    ...('cause' in options ? { cause: options.cause } : {}),
    details: { ...options.details },
  })
}

/** Names the variables and never their values: one of them may be a secret. */
export function environmentInvalid(faults: readonly Fault[]): AppError {
  const list = faults.map((fault) => `${fault.field} ${fault.reason}`).join('; ')
  const message = `The environment has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${list}. Set what is named here and start the service again.`
  return serviceError('SERVICE_ENVIRONMENT_INVALID', message, { details: { faults } })
}

const REFUSALS: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EADDRNOTAVAIL', 'ENOTFOUND'])

/** Says what the system said of a listener in the words of whoever started the service. */
export function listenFailed(endpoint: { address: string; port: number }, cause: unknown): unknown {
  const where = `port "${endpoint.port}" of address "${endpoint.address}"`
  const details = { address: endpoint.address, port: endpoint.port }
  const code = errorCode(cause)
  if (code === 'EADDRINUSE') {
    const message = `Cannot listen on ${where}: another process holds it. Stop that process, or set PORT to a free one.`
    return serviceError('SERVICE_PORT_TAKEN', message, { cause, details })
  }
  if (!REFUSALS.has(code)) return cause
  const message = `Cannot listen on ${where}: ${errorMessage(cause)}. Set PORT above 1023 and HOST to an address of this machine.`
  return serviceError('SERVICE_PORT_REFUSED', message, { cause, details })
}

export function closeOverrun(service: string): AppError {
  const message = `Service "${service}" was still running after its grace had ended. It was expected to let go when its signal fired. Look for work that does not listen to the signal.`
  return serviceError('SERVICE_CLOSE_OVERRUN', message, { details: { service } })
}

export function closing(): AppError {
  const message = 'The service is shutting down and takes no new requests. Send the request again in a moment.'
  return serviceError('SERVICE_CLOSING', message)
}

/** Names the checks; why one failed stands in the log alone, for it may hold an internal address. */
export function notReady(failed: readonly string[]): AppError {
  const names = failed.map((name) => `"${name}"`).join(', ')
  const message = `Not ready: ${failed.length === 1 ? 'check' : 'checks'} ${names} failed. The log has the reason; the service is able again when every check passes.`
  return serviceError('SERVICE_NOT_READY', message, { details: { failed } })
}

export function checkTimedOut(name: string, timeoutMs: number): AppError {
  const message = `Check "${name}" did not answer within ${timeoutMs} ms. See whether what it asks is up and reachable.`
  return serviceError('SERVICE_CHECK_TIMED_OUT', message, { details: { name, timeoutMs } })
}

export function routeUnknown(method: string, path: string): AppError {
  const message = `Nothing is served at "${method} ${path}". Compare the path and the method with the documentation.`
  return serviceError('SERVICE_ROUTE_UNKNOWN', message, { details: { method, path } })
}

export type RequestPart = 'body' | 'querystring' | 'params' | 'headers'

export function requestInvalid(part: RequestPart, faults: readonly Fault[]): AppError {
  const list = faults.map((fault) => `${fault.field === '' ? `the ${part}` : `"${fault.field}"`} ${fault.reason}`)
  const message = `The ${part} of the request is not as expected: ${list.join('; ')}. Correct it and send it again.`
  return serviceError('SERVICE_REQUEST_INVALID', message, { details: { part, faults } })
}

// Fastify's own sentences repeat what was sent, and a path or a body may hold a secret.
const UNREADABLE_REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ['FST_ERR_BAD_URL', 'its path is not a valid path of a URL'],
  ['FST_ERR_MAX_PARAM_LENGTH', 'a part of its path is too long'],
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'its body is not valid JSON'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'its body is empty and should be JSON'],
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'its body is larger than this service takes'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'its content type is not taken here'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'its body is not as long as it says'],
])

/** What was refused before a handler saw it: broken HTTP or JSON, an unknown media type, a body that is too large. */
export function requestUnreadable(status: number, cause: unknown): AppError {
  const code = errorCode(cause)
  const reason = UNREADABLE_REASONS.get(code) ?? `it was refused as "${code ?? 'unknown'}"`
  const message = `The request cannot be read: ${reason}. Correct it and send it again.`
  return new AppError('SERVICE_REQUEST_UNREADABLE', message, { status, cause, details: { reason: code ?? 'unknown' } })
}
