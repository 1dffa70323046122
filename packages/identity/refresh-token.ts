import { createHash, randomBytes } from 'node:crypto'
import { isId } from './id.ts'

const ROOT_BYTES = 16
const LEAF_BYTES = 32
const FORM = /^([\w-]{1,64})\.([\w-]{22})([\w-]{43})$/

/**
 * `<familyId>.<root><leaf>`. The root is the same in every token of a family, the leaf is new in each: so a token with
 * the right root and a leaf that is not current was once handed out, and its reuse is proof of a theft; one with a
 * wrong root is made up, and ending a family on that would let anybody who saw an id sign its owner out.
 */
export interface RefreshToken {
  readonly familyId: string
  readonly root: string
  readonly leaf: string
}

/** What a store keeps of a refresh token, and compares: SHA-256, enough for 128 and 256 random bits. */
export interface RefreshTokenHash {
  readonly root: string
  readonly leaf: string
}

/** The first token of a new family. */
export function createRefreshToken(familyId: string): RefreshToken {
  return { familyId, root: randomText(ROOT_BYTES), leaf: randomText(LEAF_BYTES) }
}

/** The token that replaces this one. */
export function succeedRefreshToken(token: RefreshToken): RefreshToken {
  return { ...token, leaf: randomText(LEAF_BYTES) }
}

/** @returns undefined for everything that is no refresh token, such as an access token */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, familyId, root, leaf] = FORM.exec(text) ?? []
  if (!isId(familyId) || root === undefined || leaf === undefined) return undefined
  return { familyId, root, leaf }
}

export function formatRefreshToken({ familyId, root, leaf }: RefreshToken): string {
  return `${familyId}.${root}${leaf}`
}

export function hashRefreshToken({ root, leaf }: RefreshToken): RefreshTokenHash {
  return { root: digestOf(root), leaf: digestOf(leaf) }
}

function randomText(byteCount: number): string {
  return randomBytes(byteCount).toString('base64url')
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
