import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** What a note is for: one that was made for another purpose is no note. */
export type Purpose = 'session' | 'state' | 'code'

const KEY_BYTES = 32
const FORM = /^([\w-]{1,3000})\.([\w-]{43})$/

/**
 * Small JSON values that a browser keeps for the gateway and cannot change (HMAC-SHA-256). Each purpose has a key of its
 * own, derived from the secret that the services share, so that several processes read each other's notes.
 */
export class NoteSeal {
  readonly #keys: Readonly<Record<Purpose, Buffer>>

  constructor(secret: string) {
    this.#keys = { session: keyFor(secret, 'session'), state: keyFor(secret, 'state'), code: keyFor(secret, 'code') }
  }

  seal(purpose: Purpose, note: Readonly<Record<string, unknown>>): string {
    const body = Buffer.from(JSON.stringify(note)).toString('base64url')
    return `${body}.${this.#mac(purpose, body).toString('base64url')}`
  }

  /** @returns undefined for whatever was not sealed here for this purpose */
  open(purpose: Purpose, text: string): Readonly<Record<string, unknown>> | undefined {
    const [, body, mac] = FORM.exec(text) ?? []
    if (body === undefined || mac === undefined) return undefined
    const claimed = Buffer.from(mac, 'base64url')
    const own = this.#mac(purpose, body)
    if (claimed.length !== own.length || !timingSafeEqual(claimed, own)) return undefined
    const note: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
    return typeof note === 'object' && note !== null ? { ...note } : undefined
  }

  #mac(purpose: Purpose, body: string): Buffer {
    return createHmac('sha256', this.#keys[purpose]).update(body).digest()
  }
}

function keyFor(secret: string, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `portolan/gateway/preview-${purpose}/v1`, KEY_BYTES))
}
