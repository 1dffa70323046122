import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { sealBroken } from './errors.ts'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'

/** What a value belongs to; sealed under one purpose and owner, it cannot be opened as another's. */
export interface SealContext {
  readonly purpose: string
  readonly owner: string
}

/** Seals and hashes with keys drawn from AUTH_SECRET (HKDF-SHA256, RFC 5869), one for each purpose. */
export class Secrets {
  readonly #secret: string

  /** @param secret AUTH_SECRET, at least 32 bytes */
  constructor(secret: string) {
    this.#secret = secret
  }

  /** AES-256-GCM: `v1.<nonce>.<ciphertext and tag>`, base64url. */
  seal(text: string, { purpose, owner }: SealContext): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#keyFor(`seal/${purpose}`), nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.from(owner))
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return [VERSION, nonce.toString('base64url'), body.toString('base64url')].join('.')
  }

  /** @throws AUTH_SEAL_BROKEN for another secret, purpose or owner, or a changed text */
  open(sealed: string, { purpose, owner }: SealContext): string {
    const [version, nonceText = '', bodyText = ''] = sealed.split('.')
    const [nonce, body] = [Buffer.from(nonceText, 'base64url'), Buffer.from(bodyText, 'base64url')]
    const isWhole = version === VERSION && nonce.length === NONCE_BYTES && body.length >= TAG_BYTES
    if (!isWhole) throw sealBroken(purpose)
    try {
      const decipher = createDecipheriv(CIPHER, this.#keyFor(`seal/${purpose}`), nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(owner))
      decipher.setAuthTag(body.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
    } catch (cause) {
      throw sealBroken(purpose, cause)
    }
  }

  /** HMAC-SHA256, base64url: for what has too few random bits for a plain hash. */
  digest(text: string, purpose: string): string {
    return createHmac('sha256', this.#keyFor(`digest/${purpose}`))
      .update(text)
      .digest('base64url')
  }

  #keyFor(info: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', `wealist/auth/${info}`, 32))
  }
}
