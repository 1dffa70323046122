import type { IncomingMessage } from 'node:http'
import { badRequest, expectationFailed, methodRefused } from './errors.ts'
import { normalisePath } from './path.ts'

/** How the content of a request is delimited (RFC 9112 §6). */
type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: string }
  | { readonly kind: 'chunked' }

/** What of a request decides where it goes and how it is written again. */
export interface RequestHead {
  readonly method: string
  /** Normalised; matched and sent upstream. */
  readonly path: string
  /** With its `?`, or empty. Passed on as it came: nothing is decided by it. */
  readonly query: string
  /** The authority that the client asked for; empty when an HTTP/1.0 client named none. */
  readonly host: string
  readonly framing: Framing
}

/** Flat as Node gives it: name, value, name, value … */
export type HeaderList = readonly string[]

/**
 * Checks what Node's parser leaves to the application.
 * @throws GATEWAY_BAD_REQUEST for ambiguous framing, a missing, repeated or malformed Host (RFC 9112 §3.2), a request
 *   target that is no path
 * @throws GATEWAY_EXPECTATION_FAILED for an Expect other than 100-continue (RFC 9110 §10.1.1)
 * @throws GATEWAY_METHOD_REFUSED for TRACE, which would show a page the cookies that the gateway sees
 */
export function parseRequestHead(request: IncomingMessage): RequestHead {
  const method = request.method ?? ''
  if (method === 'TRACE' || method === 'CONNECT') throw methodRefused(method)
  const { expect } = request.headers
  if (expect !== undefined && request.httpVersion === '1.1' && expect.toLowerCase() !== '100-continue') {
    throw expectationFailed(expect)
  }
  const framing = parseFraming(request)
  const { authority, path, query } = parseTarget(request.url ?? '')
  const host = parseHost(request)
  return { method, path, query, host: authority ?? host, framing }
}

/** Every value of one header, in order. */
export function headerValues(headers: HeaderList, name: string): string[] {
  return headers.filter((_value, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name)
}

function parseFraming(request: IncomingMessage): Framing {
  const lengths = headerValues(request.rawHeaders, 'content-length')
  const codings = headerValues(request.rawHeaders, 'transfer-encoding')
  // Two statements about the length of one message may be smuggling (RFC 9112 §6.1, §11.2): refuse, never choose.
  if (lengths.length + codings.length > 1) throw badRequest('it says more than once how long it is')
  const [coding] = codings
  if (coding !== undefined) {
    if (request.httpVersion !== '1.1') throw badRequest('Transfer-Encoding needs HTTP/1.1')
    if (coding.trim().toLowerCase() !== 'chunked') throw badRequest('its transfer coding is not "chunked"')
    return { kind: 'chunked' }
  }
  const [length] = lengths
  if (length === undefined) return { kind: 'none' }
  if (!/^\d{1,15}$/.test(length)) throw badRequest('its Content-Length is no length')
  return { kind: 'length', length }
}

interface Target {
  readonly authority?: string
  readonly path: string
  readonly query: string
}

function parseTarget(url: string): Target {
  if (!/^[\x21-\x7e]*$/.test(url)) throw badRequest('its target holds a character outside visible ASCII')
  if (url.includes('#')) throw badRequest('its target holds a fragment')
  // The absolute form names the authority, and then the Host header does not count (RFC 9112 §3.2.2).
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(url)
  if (absolute === null) return splitQuery(url)
  const [, authority = '', rest = ''] = absolute
  if (authority === '' || !isHost(authority)) throw badRequest('the authority of its target is malformed')
  return { authority, ...splitQuery(rest.startsWith('/') ? rest : `/${rest}`) }
}

function splitQuery(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?')
  if (mark === -1) return { path: normalisePath(target), query: '' }
  return { path: normalisePath(target.slice(0, mark)), query: target.slice(mark) }
}

function parseHost(request: IncomingMessage): string {
  const [host, ...others] = headerValues(request.rawHeaders, 'host')
  if (others.length > 0) throw badRequest('it has more than one Host header')
  if (host === undefined && request.httpVersion === '1.1') throw badRequest('it has no Host header')
  if (host !== undefined && !isHost(host)) throw badRequest('its Host header is malformed')
  return host ?? ''
}

/** RFC 3986 §3.2.2 and §3.2.3, without user information. Empty is allowed (RFC 9112 §3.2). */
function isHost(text: string): boolean {
  return /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]*)(:\d{0,5})?$/.test(text)
}
