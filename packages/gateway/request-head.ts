import { badRequest, expectationFailed, methodRefused } from './errors.ts'
import { fieldValues, hasMember } from './http1/fields.ts'
import type { Framing } from './http1/framing.ts'
import type { RequestLines } from './http1/request-lines.ts'
import { normalisePath } from './path.ts'

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

/**
 * What a request asks for.
 * @throws GATEWAY_BAD_REQUEST for a missing, repeated or malformed Host (RFC 9112 §3.2), a request target that is no path
 * @throws GATEWAY_EXPECTATION_FAILED for an Expect other than 100-continue (RFC 9110 §10.1.1)
 * @throws GATEWAY_METHOD_REFUSED for TRACE, which would show a page the cookies that the gateway sees, and CONNECT
 */
export function parseRequestHead({ method, target, fields, framing, isHttp10 }: RequestLines): RequestHead {
  if (method === 'TRACE' || method === 'CONNECT') throw methodRefused(method)
  if (!isHttp10) refuseExpectations(fieldValues(fields, 'expect'))
  const { authority, path, query } = parseTarget(target)
  const host = parseHost(fieldValues(fields, 'host'), isHttp10)
  return { method, path, query, host: authority ?? host, framing }
}

/**
 * Whether a request is a WebSocket handshake (RFC 6455 §4.1). Any other upgrade is none of ours: a server may ignore
 * it (RFC 9110 §7.8), and some HTTP clients offer `h2c` with each request.
 */
export function isWebSocketHandshake({ method, fields, isHttp10 }: RequestLines): boolean {
  if (method !== 'GET' || isHttp10 || !fields.names.includes('upgrade')) return false
  return hasMember(fields, 'connection', 'upgrade') && hasMember(fields, 'upgrade', 'websocket')
}

/** Servers disagree about what an unknown, repeated or obscured Expect does to the content behind it. */
function refuseExpectations(expectations: readonly string[]): void {
  const [first, ...others] = expectations
  if (first === undefined) return
  if (others.length > 0 || first.toLowerCase() !== '100-continue') throw expectationFailed(expectations.join(', '))
}

interface Target {
  readonly authority?: string
  readonly path: string
  readonly query: string
}

function parseTarget(url: string): Target {
  if (url.includes('#')) throw badRequest('its target holds a fragment')
  if (url.startsWith('/')) return splitQuery(url)
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

function parseHost([host, ...others]: readonly string[], isHttp10: boolean): string {
  if (others.length > 0) throw badRequest('it has more than one Host header')
  if (host === undefined && !isHttp10) throw badRequest('it has no Host header')
  if (host !== undefined && !isHost(host)) throw badRequest('its Host header is malformed')
  return host ?? ''
}

/** RFC 3986 §3.2.2 and §3.2.3, without user information. Empty is allowed (RFC 9112 §3.2). */
function isHost(text: string): boolean {
  return isPlainHost(text) || /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]*)(:\d{0,5})?$/.test(text)
}

const COLON = 0x3a
/** 1 for letters, digits, dots and hyphens. */
const PLAIN = new Uint8Array(128)
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-')
  PLAIN[character.charCodeAt(0)] = 1

/** A name or an address of such characters, and perhaps a port: as nearly every host is. */
function isPlainHost(text: string): boolean {
  let at = 0
  while (PLAIN[text.charCodeAt(at)] === 1) at += 1
  if (at === text.length) return true
  if (text.charCodeAt(at) !== COLON || text.length - at > 6) return false
  for (at += 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x30 || code > 0x39) return false
  }
  return true
}
