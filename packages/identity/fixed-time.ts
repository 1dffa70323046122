import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares in a time that tells nothing of where, or whether, the lengths or the characters differ. */
export function equalsInFixedTime(left: string, right: string): boolean {
  return timingSafeEqual(digestOf(left), digestOf(right))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
