import { createHash, randomBytes } from 'node:crypto'

/** A secret that is handed out once: the text to its owner, the hash to the database. */
export interface RandomToken {
  readonly text: string
  readonly hash: string
}

/** 256 random bits: guessing is hopeless, so a plain SHA-256 is enough to keep. */
export function createRandomToken(): RandomToken {
  const text = randomBytes(32).toString('base64url')
  return { text, hash: hashRandomToken(text) }
}

export function hashRandomToken(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
