import { type Fields, fieldValues, isFieldName, isFieldValue } from '../http1/fields.ts'
import { type Framing, NO_CONTENT, requestFraming } from '../http1/framing.ts'
import { MalformedMessage } from '../http1/malformed-message.ts'
import type { RequestLines } from '../http1/request-lines.ts'
import { newWebSocketKey } from './web-socket-key.ts'

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$/
const TARGET = /^[\x21-\x7e]+$/
const CONTENT_FOLLOWS: Framing = Object.freeze({ kind: 'chunked' })

/** What says in HTTP/1.1 how a connection is used, and in HTTP/2 may not be said (RFC 9113 §8.2.2). */
const OF_A_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])
const PSEUDO_NAMES = new Set([':method', ':scheme', ':authority', ':path', ':protocol'])

/** A request of HTTP/2 in the words of HTTP/1.1. */
export interface TranslatedRequest {
  readonly request: RequestLines
  /** Of a WebSocket: the key that it is asked for with, in the client's stead. */
  readonly webSocketKey: string | undefined
}

/**
 * Reads the field block of a request as strictly as if nobody had looked at it (RFC 9113 §8): what is written to a
 * service as HTTP/1.1 must hold no line end, no second length and no Host of its own.
 * @param block names and values by turns, as they came
 * @param hasContent whether the stream goes on behind it
 * @param limitBytes of the block, as RFC 9113 §6.5.2 counts it (SETTINGS_MAX_HEADER_LIST_SIZE)
 * @throws MalformedMessage, of kind `too-large` for a block above the limit
 */
export function translateRequest(
  block: readonly string[],
  { hasContent, limitBytes }: { readonly hasContent: boolean; readonly limitBytes: number },
): TranslatedRequest {
  refuseLarge(block, limitBytes)
  const { pseudo, regular } = split(block)
  const method = pseudo[':method']
  if (method === undefined || !METHOD.test(method)) throw new MalformedMessage('its :method is missing or malformed')
  const isExtended = pseudo[':protocol'] !== undefined
  if (isExtended && method !== 'CONNECT') throw new MalformedMessage('only CONNECT may have :protocol')
  if (method === 'CONNECT' && !isExtended) return { request: plainConnect(pseudo, regular), webSocketKey: undefined }
  const target = targetOf(pseudo)
  const fields = withAuthority(regular, pseudo[':authority'])
  if (isExtended && pseudo[':protocol'] === 'websocket') return webSocketRequest(target, fields)
  const framing = framingOf(fields, hasContent)
  return { request: { ...COMMON, method, target, fields, framing }, webSocketKey: undefined }
}

const COMMON = { isHttp10: false, isPersistent: true } as const

/** RFC 9113 §6.5.2: what each field costs besides its characters. */
const FIELD_OVERHEAD_BYTES = 32

function refuseLarge(block: readonly string[], limitBytes: number): void {
  let size = (block.length / 2) * FIELD_OVERHEAD_BYTES
  for (const text of block) size += text.length
  if (size > limitBytes) throw new MalformedMessage(`its head is larger than ${limitBytes} bytes`, 'too-large')
}

type PseudoFields = Readonly<Record<string, string>>

interface SplitBlock {
  readonly pseudo: PseudoFields
  readonly regular: Fields
}

function split(block: readonly string[]): SplitBlock {
  const pseudo: Record<string, string> = Object.create(null)
  const names: string[] = []
  const values: string[] = []
  for (let at = 0; at + 1 < block.length; at += 2) {
    const name = block[at] ?? ''
    const value = block[at + 1] ?? ''
    if (!isFieldValue(value) || isPadded(value))
      throw new MalformedMessage(`the value of its field ${at / 2} is malformed`)
    if (!name.startsWith(':')) {
      checkRegular(name, value)
      names.push(name)
      values.push(value)
    } else if (names.length > 0 || !PSEUDO_NAMES.has(name) || name in pseudo) {
      throw new MalformedMessage('it has a pseudo field that is unknown, repeated, or behind the others')
    } else {
      pseudo[name] = value
    }
  }
  return { pseudo, regular: joinCookies(names, values) }
}

function checkRegular(name: string, value: string): void {
  if (!isFieldName(name) || name !== name.toLowerCase()) throw new MalformedMessage('a field name is malformed')
  if (OF_A_CONNECTION.has(name)) throw new MalformedMessage(`it has the field "${name}", which HTTP/2 does not have`)
  if (name === 'te' && value.toLowerCase() !== 'trailers') throw new MalformedMessage('its TE is not "trailers"')
}

/** RFC 9113 §8.2.1 forbids it, so that nobody trims one hop later. */
function isPadded(value: string): boolean {
  const first = value.charCodeAt(0)
  const last = value.charCodeAt(value.length - 1)
  return first === 0x20 || first === 0x09 || last === 0x20 || last === 0x09
}

/** For better compression a cookie may come in crumbs; HTTP/1.1 has it in one line (RFC 9113 §8.2.3). */
function joinCookies(names: string[], values: string[]): Fields {
  const first = names.indexOf('cookie')
  if (first === -1 || names.indexOf('cookie', first + 1) === -1) return { names, spelled: names, values }
  const crumbs = values.filter((_, at) => names[at] === 'cookie').join('; ')
  const isKept = (at: number): boolean => at === first || names[at] !== 'cookie'
  const keptNames = names.filter((_, at) => isKept(at))
  const keptValues = values.map((value, at) => (at === first ? crumbs : value)).filter((_, at) => isKept(at))
  return { names: keptNames, spelled: keptNames, values: keptValues }
}

function targetOf(pseudo: PseudoFields): string {
  const scheme = pseudo[':scheme']?.toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') throw new MalformedMessage('its :scheme is missing or unknown')
  const path = pseudo[':path'] ?? ''
  const isPath = path.startsWith('/') || (path === '*' && pseudo[':method'] === 'OPTIONS')
  if (!isPath || !TARGET.test(path)) throw new MalformedMessage('its :path is missing or malformed')
  return path
}

/** RFC 9113 §8.3.1: the authority is what HTTP/1.1 has in Host; two that differ are read in two ways. */
function withAuthority(fields: Fields, authority: string | undefined): Fields {
  const hosts = fieldValues(fields, 'host')
  if (hosts.length > 1) throw new MalformedMessage('it has more than one Host')
  const [host] = hosts
  if (authority === undefined || authority === '') {
    if (host === undefined || host === '') throw new MalformedMessage('it has neither :authority nor Host')
    return fields
  }
  if (host === undefined) return prepended(fields, [['host', authority]])
  if (host.toLowerCase() !== authority.toLowerCase()) throw new MalformedMessage('its Host is not its :authority')
  return fields
}

function framingOf(fields: Fields, hasContent: boolean): Framing {
  const stated = requestFraming(fields, false)
  if (stated.kind !== 'length') return hasContent ? CONTENT_FOLLOWS : NO_CONTENT
  if (!hasContent && stated.length > 0) throw new MalformedMessage('its content is shorter than its Content-Length')
  return stated
}

/** It is refused like in HTTP/1.1, where its target is an authority. */
function plainConnect(pseudo: PseudoFields, fields: Fields): RequestLines {
  const authority = pseudo[':authority'] ?? ''
  if (authority === '' || pseudo[':path'] !== undefined || pseudo[':scheme'] !== undefined) {
    throw new MalformedMessage('its CONNECT is malformed')
  }
  return { ...COMMON, method: 'CONNECT', target: authority, fields, framing: NO_CONTENT }
}

/** Extended CONNECT (RFC 8441 §4, §5) as the handshake of RFC 6455. The stream's content are the frames. */
function webSocketRequest(target: string, fields: Fields): TranslatedRequest {
  const webSocketKey = newWebSocketKey()
  const kept = without(fields, ['sec-websocket-key', 'content-length'])
  const asked = prepended(kept, [
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
    ['Sec-WebSocket-Key', webSocketKey],
    ...(kept.names.includes('sec-websocket-version') ? [] : [['Sec-WebSocket-Version', '13'] as const]),
  ])
  return { request: { ...COMMON, method: 'GET', target, fields: asked, framing: NO_CONTENT }, webSocketKey }
}

function without({ names, spelled, values }: Fields, dropped: readonly string[]): Fields {
  const isKept = (_: string, at: number): boolean => !dropped.includes(names[at] ?? '')
  return { names: names.filter(isKept), spelled: spelled.filter(isKept), values: values.filter(isKept) }
}

function prepended(fields: Fields, added: readonly (readonly [string, string])[]): Fields {
  return {
    names: [...added.map(([name]) => name.toLowerCase()), ...fields.names],
    spelled: [...added.map(([name]) => name), ...fields.spelled],
    values: [...added.map(([, value]) => value), ...fields.values],
  }
}

/**
 * The trailers of a request (RFC 9113 §8.1).
 * @throws MalformedMessage for pseudo fields and whatever the head may not have
 */
export function translateTrailers(block: readonly string[]): Fields {
  const { pseudo, regular } = split(block)
  if (Object.keys(pseudo).length > 0) throw new MalformedMessage('its trailers have a pseudo field')
  return regular
}
