import type { BareHead } from './client-exchange.ts'
import type { FieldLines } from './fields.ts'

/** The status line and the field lines, each ended by CRLF; without the empty line. */
export function answerHeadText({ status, reason, fields }: BareHead): string {
  return `HTTP/1.1 ${status} ${reason}\r\n${fieldLinesText(fields)}`
}

/** Each line ended by CRLF. */
export function fieldLinesText(fields: FieldLines): string {
  let text = ''
  for (let at = 0; at + 1 < fields.length; at += 2) text += `${fields[at]}: ${fields[at + 1]}\r\n`
  return text
}
