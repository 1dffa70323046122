import type { BareHead } from '../http1/client-exchange.ts'
import type { FieldLines } from '../http1/fields.ts'

/** What HTTP/2 does not have, should a service say it all the same; a sender of them is malformed (RFC 9113 §8.2.2). */
const REFUSED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])
/** It answers to the key, which the client never saw (RFC 8441 §5). */
const OF_THE_HANDSHAKE = 'sec-websocket-accept'
const HIGHEST_STATUS = 599

/** The field block of an answer: names, in lower case, and values by turns. */
export function answerBlock({ status, fields }: Pick<BareHead, 'status' | 'fields'>): string[] {
  // A status above the highest class is to be treated as a server's error (RFC 9110 §15), and Node refuses to send it.
  const block = [':status', String(status > HIGHEST_STATUS ? 502 : status)]
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = (fields[at] ?? '').toLowerCase()
    // Node takes 205 as having no content (RFC 9110 §15.3.6): a length would promise some.
    if (status === 205 && name === 'content-length') continue
    if (!REFUSED.has(name)) block.push(name, fields[at + 1] ?? '')
  }
  return block
}

/** What says that a WebSocket begins: to extended CONNECT that is 200 (RFC 8441 §4). */
export function switchBlock({ fields }: BareHead): string[] {
  const block = answerBlock({ status: 200, fields })
  const at = block.indexOf(OF_THE_HANDSHAKE)
  if (at !== -1) block.splice(at, 2)
  return block
}

/** As an object without a prototype, as any name may come, for Node's functions that take no list. */
export function fieldObject(fields: FieldLines): Record<string, string[]> {
  const object: Record<string, string[]> = Object.create(null)
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = (fields[at] ?? '').toLowerCase()
    if (REFUSED.has(name)) continue
    const values = object[name] ?? []
    values.push(fields[at + 1] ?? '')
    object[name] = values
  }
  return object
}
