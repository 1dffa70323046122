import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export const REQUEST_ID_HEADER = 'x-request-id'

// What a log line, a header and a shell can carry unharmed; anything else is replaced rather than cleaned.
const ACCEPTED = /^[\w.:-]{1,128}$/

/** The id that the request came with, when it is harmless, else a new one. */
export function requestIdOf(request: { readonly headers: IncomingHttpHeaders }): string {
  const given = request.headers[REQUEST_ID_HEADER]
  return typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID()
}

/** Headers for a call to another service, so that both logs name the same request. */
export function outgoingHeaders(request: { readonly id: string }): Readonly<Record<string, string>> {
  return { [REQUEST_ID_HEADER]: request.id }
}
