import { hkdfSync } from 'node:crypto'
import { secretTooShort } from './errors.ts'

const MINIMUM_BYTES = 32
const KEY_BYTES = 32

/** One purpose of one secret: a key for another purpose tells nothing of this one (RFC 5869 §3.2, `info`). */
export interface KeyPurpose {
  /** The name of the environment variable that the secret comes from, for the error. */
  readonly name: string
  readonly info: string
  readonly salt?: Uint8Array
}

/**
 * Derives a 256-bit key from a secret by HKDF-SHA256.
 * @throws IDENTITY_SECRET_TOO_SHORT below 32 bytes: HKDF adds no strength to a secret that can be guessed
 */
export function deriveKey(secret: string, { name, info, salt = new Uint8Array() }: KeyPurpose): Buffer {
  if (Buffer.byteLength(secret) < MINIMUM_BYTES) throw secretTooShort(name, MINIMUM_BYTES)
  return Buffer.from(hkdfSync('sha256', secret, salt, info, KEY_BYTES))
}
