import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const WEB_ERRORS = {
  WEB_UNREACHABLE: { status: 503, title: 'The server cannot be reached' },
  WEB_ANSWER_INVALID: { status: 502, title: 'The answer of the server cannot be understood' },
  WEB_SIGNED_OUT: { status: 401, title: 'Nobody is signed in' },
  WEB_UPLOAD_REFUSED: { status: 502, title: 'The file could not be uploaded' },
} as const satisfies ErrorCatalogue

type WebErrorCode = keyof typeof WEB_ERRORS

interface Facts {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function webError(code: WebErrorCode, message: string, facts: Facts = {}): AppError {
  return new AppError(code, message, { status: WEB_ERRORS[code].status, ...facts })
}

export function unreachable(cause: unknown): AppError {
  const message = 'The server did not answer. Check the connection to the network and try again.'
  return webError('WEB_UNREACHABLE', message, { cause })
}

export function answerInvalid(status: number): AppError {
  const message = `The server answered with status "${status}" and no problem+json was in it. Try again later.`
  return webError('WEB_ANSWER_INVALID', message, { details: { status } })
}

export function signedOut(): AppError {
  return webError('WEB_SIGNED_OUT', 'The session has ended. Sign in again.')
}

export function uploadRefused(status: number): AppError {
  const message = `The file was not taken: the store answered with status "${status}". Try again, or choose another file.`
  return webError('WEB_UPLOAD_REFUSED', message, { details: { status } })
}
