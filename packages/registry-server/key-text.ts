import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a key's text says: which one it is, and the proof. */
export interface KeyText {
  readonly id: string
  readonly secret: string
}

const ID_BYTES = 8
const SECRET_BYTES = 32
// The secret is base64url and may have underscores of its own.
const KEY_TEXT = /^pk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/

export function createKeyText(): KeyText & { readonly text: string } {
  const id = randomBytes(ID_BYTES).toString('hex')
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return { id, secret, text: `pk_${id}_${secret}` }
}

/** @returns undefined for a text of another form */
export function parseKeyText(text: string): KeyText | undefined {
  const [, id, secret] = KEY_TEXT.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

/** 32 bytes. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest()
}

/** Takes as long for a hash that is wrong at its end as for one that is wrong at its beginning. */
export function isSameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
