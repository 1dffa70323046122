import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** What a note is for: one that was made for another purpose is no note. */
export type Purpose = 'session' | 'state' | 'code'

const KEY_BYTES = 32
const MOST_OPENED = 2_000
const FORM = /^([\w-]{1,3000})\.([\w-]{43})$/

type Note = Readonly<Record<string, unknown>>

/**
 * Small JSON values that a browser keeps for the gateway and cannot change (HMAC-SHA-256). Each purpose has a key of its
 * own, derived from the secret that the services share, so that several processes read each other's notes.
 */
export class NoteSeal {
  /** Those that were found whole, by purpose and text: a browser shows the same one with every request. */
  readonly #opened = new Map<string, Note>()
  readonly #keys: Readonly<Record<Purpose, Buffer>>

  constructor(secret: string) {
    this.#keys = { session: keyFor(secret, 'session'), state: keyFor(secret, 'state'), code: keyFor(secret, 'code') }
  }

  seal(purpose: Purpose, note: Readonly<Record<string, unknown>>): string {
    const body = Buffer.from(JSON.stringify(note)).toString('base64url')
    return `${body}.${this.#mac(purpose, body).toString('base64url')}`
  }

  /** @returns undefined for whatever was not sealed here for this purpose */
  open(purpose: Purpose, text: string): Note | undefined {
    const key = `${purpose} ${text}`
    const known = this.#opened.get(key)
    if (known !== undefined) return known
    const note = this.#verified(purpose, text)
    if (note !== undefined) this.#remember(key, note)
    return note
  }

  #remember(key: string, note: Note): void {
    const [oldest] = this.#opened.keys()
    if (this.#opened.size >= MOST_OPENED && oldest !== undefined) this.#opened.delete(oldest)
    this.#opened.set(key, note)
  }

  #verified(purpose: Purpose, text: string): Note | undefined {
    const [, body, mac] = FORM.exec(text) ?? []
    if (body === undefined || mac === undefined) return undefined
    const claimed = Buffer.from(mac, 'base64url')
    const own = this.#mac(purpose, body)
    if (claimed.length !== own.length || !timingSafeEqual(claimed, own)) return undefined
    const note: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
    return typeof note === 'object' && note !== null ? Object.freeze({ ...note }) : undefined
  }

  #mac(purpose: Purpose, body: string): Buffer {
    return createHmac('sha256', this.#keys[purpose]).update(body).digest()
  }
}

function keyFor(secret: string, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `portolan/gateway/preview-${purpose}/v1`, KEY_BYTES))
}
