import { nameInvalid, optionInvalid } from './errors.ts'

const NAME_LIMIT_BYTES = 512

/** Counters and rooms are keys of one Redis database, where one key has one type. */
export const COUNTER_PREFIX = 'rate:'

/**
 * The same for every store: PostgreSQL cannot keep U+0000, and half a surrogate pair is not Unicode text.
 * @throws BUS_NAME_INVALID
 */
export function checkName(kind: 'channel' | 'room' | 'member' | 'key', name: string): void {
  if (name === '') throw nameInvalid(kind, 'it is empty')
  if (name.includes('\0')) throw nameInvalid(kind, 'it holds U+0000')
  if (!name.isWellFormed()) throw nameInvalid(kind, 'it holds half of a surrogate pair')
  const sizeBytes = Buffer.byteLength(name)
  if (sizeBytes > NAME_LIMIT_BYTES) throw nameInvalid(kind, `it has ${sizeBytes} bytes`)
  if (kind === 'room' && name.startsWith(COUNTER_PREFIX)) throw nameInvalid(kind, 'that beginning is for counters')
}

/** @throws BUS_OPTION_INVALID unless a whole number from 1 to `last` */
export function checkOption(name: string, value: number, last: number): void {
  if (!Number.isInteger(value) || value < 1 || value > last) throw optionInvalid(name, { value, first: 1, last })
}
