import type { JsonValue } from './bus.ts'
import { messageInvalid, messageTooLarge } from './errors.ts'

/** Of the message as JSON in UTF-8. */
export const MESSAGE_LIMIT_BYTES = 1_048_576

/** @throws BUS_MESSAGE_INVALID, BUS_MESSAGE_TOO_LARGE */
export function formatMessage(channel: string, message: JsonValue): string {
  const text = stringify(channel, message)
  const sizeBytes = Buffer.byteLength(text)
  if (sizeBytes > MESSAGE_LIMIT_BYTES) throw messageTooLarge(channel, { sizeBytes, limitBytes: MESSAGE_LIMIT_BYTES })
  return text
}

/** @throws SyntaxError */
export function parseMessage(text: string): JsonValue {
  return JSON.parse(text)
}

function stringify(channel: string, message: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(message)
  } catch (cause) {
    throw messageInvalid(channel, cause)
  }
  // What the type refuses may still come from a cast: undefined and functions give no text.
  if (text === undefined) throw messageInvalid(channel)
  return text
}
