import type { ClientPlace } from './client-address.ts'
import { fieldLinesText } from './http1/answer-text.ts'
import { type Fields, fieldMembers, fieldValues } from './http1/fields.ts'
import { type Framing, hasContent } from './http1/framing.ts'
import type { RequestHead } from './request-head.ts'

/** RFC 9110 §7.6.1, with the two Proxy- fields that older servers still treat as hop-by-hop. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const

/** Said anew for each hop by the gateway itself, so a client's version never arrives. */
const REQUEST_REPLACED = ['host', 'content-length', 'forwarded', 'x-real-ip', 'x-request-id'] as const
// A CGI program takes `Proxy` for the setting HTTP_PROXY, by which all that it asks for itself would go to a stranger
// (CVE-2016-5385 and others).
const DROPPED_FROM_REQUESTS = new Set<string>([...HOP_BY_HOP, ...REQUEST_REPLACED, 'proxy'])
const DROPPED_FROM_ANSWERS = new Set<string>([...HOP_BY_HOP, 'content-length', 'x-request-id'])
// A trailer that changes framing, routing, conditions, identity or meaning after the fact is dropped (RFC 9110 §6.5.1):
// many servers put trailers among the headers, and what was decided by those has been decided.
const DROPPED_FROM_TRAILERS = new Set<string>([
  ...DROPPED_FROM_REQUESTS,
  'authorization',
  'cache-control',
  'content-encoding',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'location',
  'max-forwards',
  'origin',
  'range',
  'set-cookie',
  'www-authenticate',
])

// Methods for which a message without content needs no Content-Length: 0 (RFC 9110 §8.6).
const BARE_METHODS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

export interface RequestFacts {
  readonly head: RequestHead
  readonly requestId: string
  readonly client: ClientPlace
  /** Asks for a WebSocket in place of keeping the connection. */
  readonly isUpgrade: boolean
}

/**
 * The head of a request for the upstream, with its empty line; the fields in the client's order and case.
 *
 * Names with `_` are dropped: many servers cannot tell `X_Forwarded_For` from `X-Forwarded-For`. Every
 * `X-Forwarded-*` is ours: a client's would let it choose its own address.
 */
export function requestText(fields: Fields, { head, requestId, client, isUpgrade }: RequestFacts): string {
  const { method, path, query, host } = head
  return (
    `${method} ${path}${query} HTTP/1.1\r\nHost: ${host}\r\n` +
    fieldLinesText(endToEndLines(fields, isDroppedFromRequest)) +
    `X-Forwarded-For: ${client.address}\r\nX-Forwarded-Proto: ${client.protocol}\r\n` +
    (host === '' ? '' : `X-Forwarded-Host: ${host}\r\n`) +
    `X-Request-Id: ${requestId}\r\n` +
    requestFramingLines(fields, head) +
    (isUpgrade ? 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n' : connectionLine(head.framing))
  )
}

/** What carries content is not used again; the service may know that from the beginning. */
function connectionLine(framing: Framing): string {
  return hasContent(framing) ? 'Connection: close\r\n\r\n' : 'Connection: keep-alive\r\n\r\n'
}

/** What nearly every request has, and what passes: told at once. */
const KEPT_IN_REQUESTS = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'cache-control',
  'content-type',
  'cookie',
  'if-modified-since',
  'if-none-match',
  'origin',
  'pragma',
  'priority',
  'referer',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'user-agent',
])

function isDroppedFromRequest(name: string): boolean {
  if (KEPT_IN_REQUESTS.has(name)) return false
  return DROPPED_FROM_REQUESTS.has(name) || name.startsWith('x-forwarded-') || name.includes('_')
}

function requestFramingLines(fields: Fields, { framing, method }: RequestHead): string {
  if (framing.kind === 'length') return `Content-Length: ${framing.length}\r\n`
  if (framing.kind !== 'chunked') return BARE_METHODS.has(method) ? '' : 'Content-Length: 0\r\n'
  return `Transfer-Encoding: chunked\r\n${trailerLines(fields)}`
}

/** Which trailers are announced, for the next hop. */
function trailerLines(fields: Fields): string {
  return fieldValues(fields, 'trailer')
    .map((names) => `Trailer: ${names}\r\n`)
    .join('')
}

export interface AnswerFacts {
  readonly requestId: string
  readonly status: number
  /** How our own message will end. */
  readonly framing: Framing
  /** For an answer that came without one (RFC 9110 §6.6.1). */
  readonly date: string
}

/** The fields of an answer for the client: the service's end-to-end ones, and ours. */
export function answerFields(fields: Fields, { requestId, status, framing, date }: AnswerFacts): string[] {
  const lines = endToEndLines(fields, isDroppedFromAnswer)
  if (!fields.names.includes('date')) lines.push('Date', date)
  lines.push('X-Request-Id', requestId)
  pushFraming(lines, fields, { status, framing })
  return lines
}

function isDroppedFromAnswer(name: string): boolean {
  return DROPPED_FROM_ANSWERS.has(name)
}

function pushFraming(lines: string[], fields: Fields, { status, framing }: Pick<AnswerFacts, 'status' | 'framing'>) {
  if (framing.kind === 'chunked') {
    for (const names of fieldValues(fields, 'trailer')) lines.push('Trailer', names)
    return
  }
  // Beside a coding it was refused; of HEAD and 304 it says what a GET would have had. RFC 9110 §8.6: never with 204.
  const [length] = fieldValues(fields, 'content-length')
  if (length !== undefined && status !== 204 && status >= 200) lines.push('Content-Length', length)
}

/** The fields of an answer that agrees to a WebSocket. */
export function switchFields(fields: Fields, requestId: string): string[] {
  return [...endToEndLines(fields, isDroppedFromAnswer), 'X-Request-Id', requestId]
}

/** What of an interim answer (1xx) is meant for the client. */
export function interimFields(fields: Fields): string[] {
  return endToEndLines(fields, isDroppedFromAnswer)
}

/** The trailers that may pass; undefined when none, as nearly always. */
export function trailerFields(trailers: Fields): string[] | undefined {
  if (trailers.names.length === 0) return undefined
  return endToEndLines(trailers, isDroppedFromTrailers)
}

function isDroppedFromTrailers(name: string): boolean {
  return isDroppedFromRequest(name) || DROPPED_FROM_TRAILERS.has(name) || /^(if|access-control|sec)-/.test(name)
}

function endToEndLines(fields: Fields, isDropped: (name: string) => boolean): string[] {
  const { names, spelled, values } = fields
  const named = namedByConnection(fields)
  const lines: string[] = []
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] ?? ''
    if (isDropped(name) || named?.has(name) === true) continue
    lines.push(spelled[index] ?? '', values[index] ?? '')
  }
  return lines
}

/** What Connection names besides what is dropped anyway; undefined when nothing, as nearly always. */
function namedByConnection(fields: Fields): ReadonlySet<string> | undefined {
  const at = fields.names.indexOf('connection')
  if (at === -1) return undefined
  const value = fields.values[at]
  if ((value === 'keep-alive' || value === 'close') && fields.names.indexOf('connection', at + 1) === -1)
    return undefined
  return new Set(fieldMembers(fields, 'connection'))
}
