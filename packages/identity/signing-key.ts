import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** An Ed25519 key pair. Its private half is a KeyObject, which neither a log nor JSON can show. */
export interface SigningKey {
  /** The key's RFC 7638 thumbprint: the same key has the same id wherever it is stored. */
  readonly kid: string
  readonly createdAt: Date
  readonly privateKey: KeyObject
}

/** A public key as JWKS publishes it (RFC 7517, RFC 8037 §2). */
export interface PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

export interface JwksDocument {
  readonly keys: readonly PublicJwk[]
}

export function createSigningKey(now: Date): SigningKey {
  return signingKeyOf(generateKeyPairSync('ed25519').privateKey, now)
}

export function signingKeyOf(privateKey: KeyObject, createdAt: Date): SigningKey {
  return Object.freeze({ kid: thumbprintOf(privateKey), createdAt, privateKey })
}

export function publicJwkOf(key: SigningKey): PublicJwk {
  return { kty: 'OKP', crv: 'Ed25519', x: publicPartOf(key.privateKey), kid: key.kid, alg: 'EdDSA', use: 'sig' }
}

/** What `/internal/jwks.json` answers. Built field by field, so that no private member can slip in. */
export function jwksOf(keys: readonly SigningKey[]): JwksDocument {
  return { keys: keys.map(publicJwkOf) }
}

function publicPartOf(privateKey: KeyObject): string {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (x === undefined) throw new TypeError('An Ed25519 key has a public part "x".')
  return x
}

/** RFC 7638 §3.2: the required members alone, in alphabetical order. */
function thumbprintOf(privateKey: KeyObject): string {
  const members = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x: publicPartOf(privateKey) })
  return createHash('sha256').update(members).digest('base64url')
}
