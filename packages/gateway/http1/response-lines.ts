import { type Fields, parseFields } from './fields.ts'
import { type Framing, responseFraming } from './framing.ts'
import { MalformedMessage } from './malformed-message.ts'
import { isPersistent } from './request-lines.ts'

/** The head of a response as it came (RFC 9112 §4, §5). */
export interface ResponseLines {
  readonly status: number
  readonly reason: string
  readonly isHttp10: boolean
  readonly fields: Fields
  readonly framing: Framing
  readonly isPersistent: boolean
}

// The space before an empty reason is left out by many (RFC 9112 §4 asks for it, and asks to be kind).
const STATUS_LINE = /^HTTP\/(\d)\.(\d) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/

/**
 * @param text up to and with the CRLF of its last line
 * @param method of the request that it answers
 * @throws MalformedMessage
 */
export function parseResponseLines(text: string, method: string): ResponseLines {
  const end = text.indexOf('\r\n')
  const match = STATUS_LINE.exec(text.slice(0, end))
  if (match === null) throw new MalformedMessage('its first line is no status line')
  const [, major, minor, code, reason = ''] = match
  if (major !== '1') throw new MalformedMessage(`its version is HTTP/${major}.${minor}`, 'version')
  const isHttp10 = minor === '0'
  const status = Number(code)
  const fields = parseFields(text, end + 2)
  const framing = responseFraming(fields, { method, status, isHttp10 })
  const staysOpen = framing.kind !== 'until-close' && isPersistent(fields, isHttp10)
  return { status, reason, isHttp10, fields, framing, isPersistent: staysOpen }
}

const BEGINNING = Buffer.from('HTTP/')

export function mayBeginResponse(first: Buffer): boolean {
  const length = Math.min(first.length, BEGINNING.length)
  return first.subarray(0, length).equals(BEGINNING.subarray(0, length))
}
