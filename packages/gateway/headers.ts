import { type HeaderList, headerValues, type RequestHead } from './request-head.ts'

/** RFC 9110 §7.6.1, with the two Proxy- fields that older servers still treat as hop-by-hop. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Said anew for each hop by the gateway itself, so a client's version never arrives. */
const REQUEST_REPLACED = new Set(['host', 'content-length', 'forwarded', 'x-real-ip', 'x-request-id'])
const RESPONSE_REPLACED = new Set(['content-length', 'x-request-id'])
// A trailer that changes framing, routing or identity after the fact is refused (RFC 9110 §6.5.1).
const TRAILER_REPLACED = new Set([...REQUEST_REPLACED, 'authorization', 'cookie', 'set-cookie', 'content-encoding'])

// Methods for which a message without content needs no Content-Length: 0 (RFC 9110 §8.6).
const BARE_METHODS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

export interface RequestFacts {
  readonly head: RequestHead
  readonly requestId: string
  readonly remoteAddress: string
  readonly protocol: 'http' | 'https'
}

/**
 * The headers of a request for the upstream, in the client's order and case.
 *
 * Names with `_` are dropped: many servers cannot tell `X_Forwarded_For` from `X-Forwarded-For`. Every
 * `X-Forwarded-*` is ours: a client's would let it choose its own address.
 */
export function requestHeaders(raw: HeaderList, { head, requestId, remoteAddress, protocol }: RequestFacts): string[] {
  const isOurs = (name: string) => REQUEST_REPLACED.has(name) || name.startsWith('x-forwarded-') || name.includes('_')
  const headers = ['Host', head.host, ...endToEnd(raw, isOurs)]
  headers.push('X-Forwarded-For', remoteAddress.replace(/^::ffff:(?=\d+\.)/, ''))
  headers.push('X-Forwarded-Proto', protocol)
  if (head.host !== '') headers.push('X-Forwarded-Host', head.host)
  headers.push('X-Request-Id', requestId)
  headers.push(...requestFraming(raw, head))
  return headers
}

function requestFraming(raw: HeaderList, { framing, method }: RequestHead): string[] {
  if (framing.kind === 'length') return ['Content-Length', framing.length]
  if (framing.kind === 'none') return BARE_METHODS.has(method) ? [] : ['Content-Length', '0']
  return ['Transfer-Encoding', 'chunked', ...headerValues(raw, 'trailer').flatMap((names) => ['Trailer', names])]
}

export interface ResponseFacts {
  readonly requestId: string
  readonly status: number
  /** Whether our own message will be chunked: only then may it announce trailers. */
  readonly isChunked: boolean
}

/** The headers of a response for the client. Node adds the framing, Connection and Keep-Alive of our own hop. */
export function responseHeaders(raw: HeaderList, { requestId, status, isChunked }: ResponseFacts): string[] {
  const headers = endToEnd(raw, (name) => RESPONSE_REPLACED.has(name))
  headers.push('X-Request-Id', requestId)
  const [length] = headerValues(raw, 'content-length')
  const wasChunked = headerValues(raw, 'transfer-encoding').length > 0
  // RFC 9110 §8.6: never with 204; RFC 9112 §6.2: never beside a transfer coding.
  if (length !== undefined && !wasChunked && status !== 204) headers.push('Content-Length', length)
  if (isChunked) headers.push(...headerValues(raw, 'trailer').flatMap((names) => ['Trailer', names]))
  return headers
}

/** What of an interim answer (1xx) is meant for the client. */
export function endToEndHeaders(raw: HeaderList): string[] {
  return endToEnd(raw, (name) => RESPONSE_REPLACED.has(name))
}

/** Trailers in pairs, as `addTrailers` takes them. */
export function trailerPairs(raw: HeaderList): [string, string][] {
  const headers = endToEnd(raw, (name) => TRAILER_REPLACED.has(name) || name.includes('_'))
  const pairs: [string, string][] = []
  for (let index = 0; index < headers.length; index += 2) pairs.push([headers[index] ?? '', headers[index + 1] ?? ''])
  return pairs
}

/** Whether Connection names `option` (RFC 9110 §7.6.1: a list, case-insensitive). */
export function connectionNames(raw: HeaderList, option: string): boolean {
  return listMembers(raw, 'connection').has(option)
}

/** The members of a comma-separated header in lower case. */
export function listMembers(raw: HeaderList, name: string): Set<string> {
  const members = headerValues(raw, name).flatMap((value) => value.split(','))
  return new Set(members.map((member) => member.trim().toLowerCase()))
}

function endToEnd(raw: HeaderList, isDropped: (name: string) => boolean): string[] {
  const named = listMembers(raw, 'connection')
  const kept: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const lowered = name.toLowerCase()
    if (HOP_BY_HOP.has(lowered) || named.has(lowered) || isDropped(lowered)) continue
    kept.push(name, raw[index + 1] ?? '')
  }
  return kept
}
