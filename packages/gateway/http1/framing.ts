import { type Fields, fieldValues } from './fields.ts'
import { MalformedMessage } from './malformed-message.ts'

/** How the content of a message is delimited (RFC 9112 §6.3). `until-close` is for responses alone. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

export const NO_CONTENT: Framing = Object.freeze({ kind: 'none' })
const CHUNKED: Framing = Object.freeze({ kind: 'chunked' })
const UNTIL_CLOSE: Framing = Object.freeze({ kind: 'until-close' })

/** Whether bytes follow the head. */
export function hasContent(framing: Framing): boolean {
  return framing.kind === 'length' ? framing.length > 0 : framing.kind !== 'none'
}

// 15 digits are below 2^53 and above any real message.
const LENGTH = /^\d{1,15}$/

/**
 * What the fields say of the length; undefined when nothing. Two statements about one message may be smuggling, even
 * when they agree (RFC 9112 §6.1, §6.3, §11.2): refuse, never choose.
 * @throws MalformedMessage
 */
function statedFraming(fields: Fields, isHttp10: boolean): Framing | undefined {
  const lengths = fieldValues(fields, 'content-length')
  const codings = fieldValues(fields, 'transfer-encoding')
  if (lengths.length + codings.length > 1) throw new MalformedMessage('it says more than once how long it is')
  const [coding] = codings
  if (coding !== undefined) {
    // A recipient that knows HTTP/1.0 alone would take the chunks for the content (RFC 9112 §6.1).
    if (isHttp10) throw new MalformedMessage('Transfer-Encoding needs HTTP/1.1')
    if (coding.toLowerCase() !== 'chunked') throw new MalformedMessage('its transfer coding is not "chunked"')
    return CHUNKED
  }
  const [length] = lengths
  if (length === undefined) return undefined
  if (!LENGTH.test(length)) throw new MalformedMessage('its Content-Length is no length')
  return { kind: 'length', length: Number(length) }
}

/** @throws MalformedMessage */
export function requestFraming(fields: Fields, isHttp10: boolean): Framing {
  return statedFraming(fields, isHttp10) ?? NO_CONTENT
}

export interface Answering {
  readonly method: string
  readonly status: number
  readonly isHttp10: boolean
}

/** @throws MalformedMessage */
export function responseFraming(fields: Fields, { method, status, isHttp10 }: Answering): Framing {
  const stated = statedFraming(fields, isHttp10)
  // RFC 9112 §6.3: these have no content, whatever their fields say.
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_CONTENT
  return stated ?? UNTIL_CLOSE
}
