import { AppError, type ErrorCatalogue, errorMessage, isAppError } from '@portolan/errors'

export const BUS_ERRORS = {
  BUS_URL_INVALID: { status: 400, title: 'The bus URL is not valid' },
  BUS_UNREACHABLE: { status: 503, title: 'The bus cannot be reached' },
  BUS_DISCONNECTED: { status: 503, title: 'The bus is disconnected' },
  BUS_OUTCOME_UNKNOWN: { status: 503, title: 'The bus did not answer' },
  BUS_STORE_REFUSED: { status: 503, title: 'The store of the bus refused' },
  BUS_QUEUE_FULL: { status: 503, title: 'Too much waits for the bus' },
  BUS_CLOSED: { status: 503, title: 'The bus is closed' },
  BUS_NAME_INVALID: { status: 400, title: 'The name is not allowed on the bus' },
  BUS_OPTION_INVALID: { status: 400, title: 'A number given to the bus is out of range' },
  BUS_MESSAGE_INVALID: { status: 400, title: 'The message is not JSON' },
  BUS_MESSAGE_TOO_LARGE: { status: 413, title: 'The message is too large for the bus' },
  BUS_MESSAGE_LOST: { status: 500, title: 'A message could not be read' },
  BUS_HANDLER_FAILED: { status: 500, title: 'A handler of messages failed' },
} as const satisfies ErrorCatalogue

export type BusErrorCode = keyof typeof BUS_ERRORS

interface Facts {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function busError(code: BusErrorCode, message: string, facts: Facts = {}): AppError {
  return new AppError(code, message, { status: BUS_ERRORS[code].status, ...facts })
}

/** @param reason never quotes the URL, which may hold a password */
export function urlInvalid(reason: string, cause?: unknown): AppError {
  const message =
    `The bus URL is not valid: ${reason}. Expected "postgres://role:password@host:5432/database" or ` +
    `"redis://:password@host:6379/2" (rediss:// for TLS).`
  return busError('BUS_URL_INVALID', message, cause === undefined ? {} : { cause })
}

/** Said when a bus is opened, to whoever starts the service; the address may be in it. */
export function storeUnreachable(cause: unknown): AppError {
  const message =
    `The bus cannot be reached: ${errorMessage(cause)}. Its store (PostgreSQL or Redis) has to answer before a service ` +
    `starts. See that it runs and that BUS_URL names it.`
  return busError('BUS_UNREACHABLE', message, { cause })
}

export function busDisconnected(waitedMs: number): AppError {
  const message = `Nothing was sent: the bus had no connection to its store within ${waitedMs} ms. It reconnects by itself; try again.`
  return busError('BUS_DISCONNECTED', message, { details: { waitedMs } })
}

export function outcomeUnknown(cause: unknown): AppError {
  const message =
    `The bus sent this and got no answer: it may have been done or not. The connection was lost or the store is too ` +
    `slow. Try again if doing it twice is harmless.`
  return busError('BUS_OUTCOME_UNKNOWN', message, { cause })
}

/** What a session rejects a call with: a refusal has its code already, anything else was no answer. */
export function callFailure(cause: unknown): AppError {
  return isAppError(cause) ? cause : outcomeUnknown(cause)
}

/** The store's own words stay in the cause: they may name tables and hosts. */
export function storeRefused(cause: unknown): AppError {
  const message = `The store of the bus answered with an error, so nothing was done. The log has its reason.`
  return busError('BUS_STORE_REFUSED', message, { cause })
}

export function queueFull(limits: Readonly<Record<string, number>>): AppError {
  const message = `Too many calls wait for the bus already, so this one was not taken. Try again later.`
  return busError('BUS_QUEUE_FULL', message, { details: limits })
}

export function busClosed(): AppError {
  return busError('BUS_CLOSED', 'The bus is closed or closing and takes no new work.')
}

/** @param kind `channel`, `room`, `member` or `key` */
export function nameInvalid(kind: string, reason: string): AppError {
  const message =
    `The ${kind} cannot be used on the bus: ${reason}. Expected 1–512 bytes of Unicode text without U+0000` +
    `${kind === 'room' ? ', not beginning with "rate:"' : ''}.`
  return busError('BUS_NAME_INVALID', message, { details: { kind } })
}

interface Range {
  readonly value: number
  readonly first: number
  readonly last: number
}

export function optionInvalid(name: string, { value, first, last }: Range): AppError {
  const message = `"${name}" is ${value}. Expected a whole number from ${first} to ${last}.`
  return busError('BUS_OPTION_INVALID', message, { details: { name, value, first, last } })
}

export function messageInvalid(channel: string, cause?: unknown): AppError {
  const message =
    `The message for channel "${channel}" is not JSON. Expected null, a boolean, a number, a string, or arrays and ` +
    `objects of them without cycles.`
  return busError('BUS_MESSAGE_INVALID', message, { cause, details: { channel } })
}

export function messageTooLarge(channel: string, sizes: { sizeBytes: number; limitBytes: number }): AppError {
  const message =
    `The message for channel "${channel}" has ${sizes.sizeBytes} bytes as JSON; the bus takes ${sizes.limitBytes}. ` +
    `Store it elsewhere and publish where it is.`
  return busError('BUS_MESSAGE_TOO_LARGE', message, { details: { channel, ...sizes } })
}

/** Only for the log; the subscriber is told of a gap. */
export function messageLost(channel: string, reason: string, cause?: unknown): AppError {
  const message =
    `A message on channel "${channel}" could not be read: ${reason}. Its subscribers were told of a gap. ` +
    `Look for another program that publishes there, or for a handler that is too slow.`
  return busError('BUS_MESSAGE_LOST', message, { cause, details: { channel } })
}

/** Only for the log. */
export function handlerFailed(channel: string, what: 'handler' | 'onGap', cause: unknown): AppError {
  const next = what === 'handler' ? 'The next message goes on' : 'It is called again until it resolves'
  const message = `The ${what} of channel "${channel}" failed: ${errorMessage(cause)}. ${next}; repair the ${what}.`
  return busError('BUS_HANDLER_FAILED', message, { cause, details: { channel } })
}
