import { MalformedMessage } from './malformed-message.ts'

/**
 * What to say of a character that ends a line too early. A CR or an LF alone ends a line for some servers and not for
 * others, which is how one message becomes two (RFC 9112 §2.2).
 */
export function controlRefused(code: number): MalformedMessage {
  if (code === 0x0a || code === 0x0d || Number.isNaN(code)) {
    return new MalformedMessage('a line of its head does not end in CRLF')
  }
  return new MalformedMessage(`its head holds the control character 0x${code.toString(16).padStart(2, '0')}`)
}
