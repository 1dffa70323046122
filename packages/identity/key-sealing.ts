import { createCipheriv, createDecipheriv, createPrivateKey, randomBytes } from 'node:crypto'
import { keyUnsealable } from './errors.ts'
import { deriveKey } from './secret.ts'
import { type SigningKey, signingKeyOf } from './signing-key.ts'

const CIPHER = 'aes-256-gcm'
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const INFO = 'portolan/identity/signing-key/v1'
const FORM = /^v1\.([\w-]{22})\.([\w-]{16})\.([\w-]{22,})$/

/** A signing key as a database keeps it. */
export interface SealedKey {
  readonly kid: string
  readonly createdAt: Date
  /** `v1.<salt>.<nonce>.<ciphertext and tag>`, base64url. */
  readonly sealed: string
}

/**
 * Encrypts the private half for storage: AES-256-GCM, the key from the secret by HKDF with a salt of its own. The kid
 * is authenticated too, so that a sealed key cannot be put under another name.
 * @throws IDENTITY_SECRET_TOO_SHORT
 */
export function sealSigningKey(key: SigningKey, secret: string): SealedKey {
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, sealingKey(secret, salt), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(key.kid))
  const plain = key.privateKey.export({ format: 'der', type: 'pkcs8' })
  const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  const sealed = ['v1', ...[salt, nonce, body].map((part) => part.toString('base64url'))].join('.')
  return { kid: key.kid, createdAt: key.createdAt, sealed }
}

/** @throws IDENTITY_KEY_UNSEALABLE for another secret, a changed text, a kid that is not this key's */
export function openSealedKey({ kid, createdAt, sealed }: SealedKey, secret: string): SigningKey {
  const [, saltText, nonceText, bodyText] = FORM.exec(sealed) ?? []
  if (saltText === undefined || nonceText === undefined || bodyText === undefined) throw keyUnsealable(kid)
  const [salt, nonce, body] = [saltText, nonceText, bodyText].map((text) => Buffer.from(text, 'base64url'))
  if (salt === undefined || nonce === undefined || body === undefined) throw keyUnsealable(kid)
  const key = openPrivateKey({ kid, nonce, body, sealingKey: sealingKey(secret, salt), createdAt })
  if (key.kid !== kid) throw keyUnsealable(kid)
  return key
}

interface SealedParts {
  readonly kid: string
  readonly createdAt: Date
  readonly nonce: Buffer
  readonly body: Buffer
  readonly sealingKey: Buffer
}

function openPrivateKey({ kid, createdAt, nonce, body, sealingKey }: SealedParts): SigningKey {
  try {
    const decipher = createDecipheriv(CIPHER, sealingKey, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(kid))
    decipher.setAuthTag(body.subarray(-TAG_BYTES))
    const plain = Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()])
    return signingKeyOf(createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' }), createdAt)
  } catch (cause) {
    throw keyUnsealable(kid, cause)
  }
}

function sealingKey(secret: string, salt: Buffer): Buffer {
  return deriveKey(secret, { name: 'the secret that seals signing keys', info: INFO, salt })
}
