import type { Waiting } from '@portolan/errors'

/** A call to the internal port of another service. */
export interface InternalCall {
  readonly url: URL
  /** Makes the token that the call carries; nothing for what is public. */
  readonly serviceToken?: () => Promise<string>
  /** Sent as JSON by POST; without it the call is a GET. */
  readonly body?: unknown
  readonly timeoutMs: number
}

export interface InternalAnswer {
  readonly status: number
  /** Parsed JSON. */
  readonly body: unknown
}

/** @throws whatever made the call fail: no connection, no answer in time, a redirect, a body that is no JSON */
export async function callInternal(call: InternalCall, { signal }: Waiting): Promise<InternalAnswer> {
  const token = await call.serviceToken?.()
  const response = await fetch(call.url, {
    method: call.body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    redirect: 'error', // a redirect would carry the service token to an address that nobody chose
    signal: AbortSignal.any([signal, AbortSignal.timeout(call.timeoutMs)]),
  })
  const body: unknown = await response.json()
  return { status: response.status, body }
}

/** What a call says that was answered, but not as agreed. Never the body: it may hold a secret. */
export function unexpectedAnswer({ status }: InternalAnswer): Error {
  return new Error(`An internal call was answered with status ${status} and a body that was not expected.`)
}

/** Joins an internal path to the address of a service, whatever path that address has. */
export function internalUrl(serviceUrl: string, path: `/internal/${string}`): URL {
  return new URL(path, serviceUrl)
}
