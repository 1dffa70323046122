import { type Fields, hasMember, parseFields } from './fields.ts'
import { type Framing, requestFraming } from './framing.ts'
import { MalformedMessage } from './malformed-message.ts'

/** The head of a request as it came (RFC 9112 §3, §5). */
export interface RequestLines {
  readonly method: string
  readonly target: string
  readonly isHttp10: boolean
  readonly fields: Fields
  readonly framing: Framing
  /** Whether another request may follow on the connection (RFC 9112 §9.3). */
  readonly isPersistent: boolean
}

// One space between the parts, and nothing else: `GET  /` or a tab is read in more than one way.
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/

const CR = 0x0d
const MOST_CONNECTION_MEMBERS = 50

/**
 * @param text up to and with the CRLF of its last line; one empty line before the first is forgiven (RFC 9112 §2.2)
 * @param fieldLimit how many header lines it may have
 * @throws MalformedMessage
 */
export function parseRequestLines(text: string, fieldLimit?: number): RequestLines {
  const from = text.startsWith('\r\n') ? 2 : 0
  const end = text.indexOf('\r\n', from)
  const match = REQUEST_LINE.exec(text.slice(from, end))
  if (match === null) throw new MalformedMessage('its first line is no request line')
  const [, method = '', target = '', major, minor] = match
  if (major !== '1') throw new MalformedMessage(`its version is HTTP/${major}.${minor}`, 'version')
  // A minor version that is not known yet speaks HTTP/1.1 (RFC 9110 §2.5).
  const isHttp10 = minor === '0'
  const fields = parseFields(text, end + 2, fieldLimit)
  if (hasCrowd(fields)) throw new MalformedMessage(`its Connection names more than ${MOST_CONNECTION_MEMBERS} fields`)
  const framing = requestFraming(fields, isHttp10)
  return { method, target, isHttp10, fields, framing, isPersistent: isPersistent(fields, isHttp10) }
}

/** Each of them is looked for among all fields. */
function hasCrowd({ names, values }: Fields): boolean {
  let count = 0
  for (let at = names.indexOf('connection'); at !== -1; at = names.indexOf('connection', at + 1)) {
    const value = values[at] ?? ''
    count += 1
    for (let comma = value.indexOf(','); comma !== -1; comma = value.indexOf(',', comma + 1)) count += 1
  }
  return count > MOST_CONNECTION_MEMBERS
}

/** RFC 9112 §9.3; an HTTP/1.0 connection never outlives its message here, for a proxy in between may not know better. */
export function isPersistent(fields: Fields, isHttp10: boolean): boolean {
  return !isHttp10 && !hasMember(fields, 'connection', 'close')
}

/**
 * A request begins with its method, which is of letters in all that are registered, or with the empty line that is
 * forgiven; TLS begins with a control byte.
 */
export function mayBeginRequest(first: Buffer): boolean {
  const byte = first[0] ?? 0
  return (byte > 0x20 && byte < 0x7f) || byte === CR
}
