import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Waiting } from '@portolan/errors'
import { isId, memberOf } from './id.ts'
import type { SigningKey } from './signing-key.ts'

/** Where a verifier finds the public key that a token names. */
export interface KeySource {
  /**
   * @returns undefined when no such key is published
   * @throws IDENTITY_KEYS_UNAVAILABLE when that cannot be known now
   */
  findKey(kid: string, waiting: Waiting): Promise<KeyObject | undefined>
}

/** The keys of the process that issues the tokens: auth asks itself, not its own port. */
export function localKeys(listPublished: () => readonly SigningKey[]): KeySource {
  const keysByKid = new Map<string, KeyObject>()
  return {
    async findKey(kid) {
      const key = listPublished().find((published) => published.kid === kid)
      if (key === undefined) return undefined
      const publicKey = keysByKid.get(kid) ?? createPublicKey(key.privateKey)
      keysByKid.set(kid, publicKey)
      return publicKey
    },
  }
}

/**
 * Reads a JWKS document. Only Ed25519 keys for signatures count, and of each only what is public: a symmetric key or
 * one for another algorithm must never come to verify a token, whoever put it there.
 * @returns undefined when it is no JWKS document at all
 */
export function parseJwks(document: unknown): ReadonlyMap<string, KeyObject> | undefined {
  const keys = memberOf(document, 'keys')
  if (!Array.isArray(keys)) return undefined
  const keysByKid = new Map<string, KeyObject>()
  for (const jwk of keys) {
    const kid = memberOf(jwk, 'kid')
    const key = parsePublicKey(jwk)
    if (isId(kid) && key !== undefined) keysByKid.set(kid, key)
  }
  return keysByKid
}

const X = /^[\w-]{43}$/ // 32 bytes (RFC 8032 §5.1.5)

function parsePublicKey(jwk: unknown): KeyObject | undefined {
  const x = memberOf(jwk, 'x')
  const isEd25519 = memberOf(jwk, 'kty') === 'OKP' && memberOf(jwk, 'crv') === 'Ed25519'
  const isForSignatures = memberOf(jwk, 'alg') === 'EdDSA' && memberOf(jwk, 'use') === 'sig'
  if (!isEd25519 || !isForSignatures || typeof x !== 'string' || !X.test(x)) return undefined
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
