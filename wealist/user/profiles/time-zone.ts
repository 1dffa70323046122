import { inputInvalid } from '../errors.ts'

// Names of the IANA database only: an offset such as "+09:00" knows no summer time.
const NAME = /^[A-Za-z][A-Za-z0-9+_-]*(\/[A-Za-z0-9+_-]+)*$/

/**
 * A time zone by its IANA name, as it was written: the canonical name of a zone changes between versions.
 * @throws USER_INPUT_INVALID
 */
export function parseTimeZone(text: string, field = 'timeZone'): string {
  if (text.length <= 64 && NAME.test(text) && isKnown(text)) return text
  throw inputInvalid({ field, rule: 'time-zone', reason: 'is not a time zone such as "Asia/Seoul"' })
}

function isKnown(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
