import { controlRefused } from './control-character.ts'
import { MalformedMessage } from './malformed-message.ts'

/** The field lines of a message in their order: the name in lower case, as it was spelled, and the value. */
export interface Fields {
  readonly names: readonly string[]
  readonly spelled: readonly string[]
  readonly values: readonly string[]
}

/** Field lines to be written: name, value, name, value, and so on. */
export type FieldLines = readonly string[]

export const NO_FIELDS: Fields = Object.freeze({ names: [], spelled: [], values: [] })

/** By character: 1 for those of a token (RFC 9110 §5.6.2). */
const isTokenCharacter = tableOf(/[!#$%&'*+.^_`|~0-9A-Za-z-]/)
/** 1 for visible characters, obs-text, space and tab (RFC 9110 §5.5). */
const isValueCharacter = tableOf(/[\t\x20-\x7e\x80-\xff]/)
const CR = 0x0d
const LF = 0x0a
const COLON = 0x3a

/** More than any honest message has; each costs time with every hop behind us as well. */
const FIELD_LIMIT = 200

/** Most names are among a few: found here, a name is neither checked nor lowered again. */
const KNOWN_NAMES = new Map<string, string>()
for (const name of [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Accept-Ranges',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Origin',
  'Authorization',
  'Cache-Control',
  'Connection',
  'Content-Encoding',
  'Content-Length',
  'Content-Security-Policy',
  'Content-Type',
  'Cookie',
  'Date',
  'ETag',
  'Expect',
  'Expires',
  'Host',
  'If-Modified-Since',
  'If-None-Match',
  'Keep-Alive',
  'Last-Modified',
  'Location',
  'Origin',
  'Pragma',
  'Range',
  'Referer',
  'Sec-Fetch-Dest',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Site',
  'Sec-WebSocket-Accept',
  'Sec-WebSocket-Extensions',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Version',
  'Server',
  'Set-Cookie',
  'Strict-Transport-Security',
  'TE',
  'Traceparent',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'User-Agent',
  'Vary',
  'X-Content-Type-Options',
  'X-Forwarded-For',
  'X-Request-Id',
]) {
  KNOWN_NAMES.set(name, name.toLowerCase())
  KNOWN_NAMES.set(name.toLowerCase(), name.toLowerCase())
}

/**
 * Field lines as RFC 9112 §5 has them, and nothing that some server reads otherwise: no line that goes on in the next
 * (obs-fold), no space before the colon, no name that is no token.
 * @param text of the head; each line ends in CRLF
 * @param from where the first field line begins
 * @throws MalformedMessage
 */
export function parseFields(text: string, from: number, limit = FIELD_LIMIT): Fields {
  const names: string[] = []
  const spelled: string[] = []
  const values: string[] = []
  const size = text.length
  let at = from
  while (at < size) {
    if (names.length === limit) throw new MalformedMessage(`it has more than ${limit} header lines`)
    const colon = nameEnd(text, at)
    const end = lineEnd(text, colon + 1)
    const name = text.slice(at, colon)
    names.push(KNOWN_NAMES.get(name) ?? name.toLowerCase())
    spelled.push(name)
    values.push(trimmed(text, colon + 1, end))
    at = end + 2
  }
  return { names, spelled, values }
}

/** Where the colon behind a name is. */
function nameEnd(text: string, from: number): number {
  let at = from
  while (isTokenCharacter[text.charCodeAt(at)] === 1) at += 1
  if (at > from && text.charCodeAt(at) === COLON) return at
  // A line that begins with a space was once the rest of the line before it (obs-fold); servers disagree about it.
  if (isBlank(text.charCodeAt(from))) throw new MalformedMessage('a header goes on in the next line')
  throw new MalformedMessage(at === from ? 'a header has no name' : 'a header name is no token, or no colon follows it')
}

/** Where the CRLF behind a value is. */
function lineEnd(text: string, from: number): number {
  let at = from
  while (isValueCharacter[text.charCodeAt(at)] === 1) at += 1
  if (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) return at
  throw controlRefused(text.charCodeAt(at))
}

/** Whether a text is a token (RFC 9110 §5.6.2). */
export function isFieldName(text: string): boolean {
  return text !== '' && areAll(text, isTokenCharacter)
}

/** Whether a text holds nothing that would end a line, or is no character (RFC 9110 §5.5). */
export function isFieldValue(text: string): boolean {
  return areAll(text, isValueCharacter)
}

function areAll(text: string, table: Uint8Array): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (table[text.charCodeAt(at)] !== 1) return false
  }
  return true
}

const SPACE = 0x20
const TAB = 0x09

function trimmed(text: string, from: number, to: number): string {
  let first = from
  let last = to
  while (first < last && isBlank(text.charCodeAt(first))) first += 1
  while (last > first && isBlank(text.charCodeAt(last - 1))) last -= 1
  return text.slice(first, last)
}

function isBlank(character: number): boolean {
  return character === SPACE || character === TAB
}

/** Every value of one header, in order. @param name in lower case */
export function fieldValues({ names, values }: Fields, name: string): readonly string[] {
  let first = names.indexOf(name)
  if (first === -1) return NONE
  const found: string[] = []
  for (; first !== -1; first = names.indexOf(name, first + 1)) found.push(values[first] ?? '')
  return found
}

const NONE: readonly string[] = Object.freeze([])

/** The members of a comma-separated header, in lower case. @param name in lower case */
export function fieldMembers(fields: Fields, name: string): readonly string[] {
  return fieldValues(fields, name)
    .flatMap((value) => value.toLowerCase().split(','))
    .map((member) => member.trim())
}

/** Whether a comma-separated header has that member. @param name in lower case @param member in lower case */
export function hasMember(fields: Fields, name: string, member: string): boolean {
  const { names, values } = fields
  for (let at = names.indexOf(name); at !== -1; at = names.indexOf(name, at + 1)) {
    const value = (values[at] ?? '').toLowerCase()
    if (value === member) return true
    if (value.includes(member) && value.split(',').some((each) => each.trim() === member)) return true
  }
  return false
}

function tableOf(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0))
}
