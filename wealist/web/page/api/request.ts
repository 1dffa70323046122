import { type AppError, isAppError } from '@portolan/errors'
import { signedOut, unreachable } from './errors.ts'
import { errorOf } from './problem.ts'
import { refreshSession } from './refresh.ts'
import { type PathParts, requestPath } from './request-path.ts'
import type { Operations } from './schema.ts'

/** What can be asked: method and path, as in `PATCH /api/users/me`. */
export type OperationName = keyof Operations
export type AnswerOf<Name extends OperationName> = Operations[Name]['answer']
/** What an operation takes: `path`, `query` and `body`, as far as it has them. */
export type RequestOptions<Name extends OperationName> = Omit<Operations[Name], 'answer'> & Cancelling

interface Cancelling {
  readonly signal?: AbortSignal
}

/** They may be left out when nothing in them is needed. */
type Options<Name extends OperationName> =
  Partial<RequestOptions<Name>> extends RequestOptions<Name>
    ? readonly [options?: RequestOptions<Name>]
    : readonly [options: RequestOptions<Name>]

interface Given extends PathParts, Cancelling {
  readonly body?: object
}

/**
 * Asks a service, as JSON. The cookie of the session goes along; when it has expired it is refreshed and the request
 * is sent once more, which is safe for every method: what was answered with 401 has done nothing.
 * @returns what the services' own description says; undefined for an answer without a body
 * @throws the problem's AppError; WEB_UNREACHABLE, WEB_ANSWER_INVALID, WEB_SIGNED_OUT
 */
export function request<Name extends OperationName>(name: Name, ...options: Options<Name>): Promise<AnswerOf<Name>>
export async function request(name: string, given: Given = {}): Promise<unknown> {
  const response = await respond(name, given)
  return response.status === 204 ? undefined : response.json()
}

/** As `request`, for what is kept as a file. */
export function requestFile<Name extends OperationName>(name: Name, ...options: Options<Name>): Promise<Blob>
export async function requestFile(name: string, given: Given = {}): Promise<Blob> {
  const response = await respond(name, given)
  return response.blob()
}

async function respond(name: string, given: Given): Promise<Response> {
  const askedAtMs = Date.now()
  const first = await send(name, given)
  if (first.ok) return first
  const error = await errorOf(first)
  if (!isExpired(error)) throw error
  if ((await refreshSession(askedAtMs)) === 'signed-out') throw signedOut()
  const second = await send(name, given)
  if (second.ok) return second
  const again = await errorOf(second)
  throw isExpired(again) ? signedOut() : again
}

async function send(name: string, given: Given): Promise<Response> {
  const { body, signal } = given
  const [method = 'GET', template = '/'] = name.split(' ')
  try {
    return await fetch(requestPath(template, given), {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw unreachable(error)
  }
}

/** The services' own check of the session; a wrong password is a 401 as well, but one of auth's. */
function isExpired(error: AppError): boolean {
  return error.status === 401 && error.code.startsWith('IDENTITY_')
}

export function isSignedOut(error: unknown): boolean {
  return isAppError(error) && error.code === 'WEB_SIGNED_OUT'
}
