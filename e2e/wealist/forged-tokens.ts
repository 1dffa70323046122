import { createHash, createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { openSealedKey, ServiceTokens, type SigningKey } from '@portolan/identity'
import { SignJWT } from 'jose'
import { memberOf } from './api-answer.ts'
import type { ApiPerson } from './api-person.ts'
import type { WealistWorld } from './wealist-world.ts'

type Claims = Readonly<Record<string, unknown>>
type Header = Readonly<Record<string, unknown>> & { readonly alg: string }

/** What is changed of a token that would be valid. */
interface Change {
  readonly header?: Claims
  readonly claims?: Claims
  readonly key?: KeyObject
}

/** The key that auth signs with, taken out of its database: whatever is signed with it is refused for what it says. */
async function readSigningKey(world: WealistWorld): Promise<SigningKey> {
  const [row] = await world.query('auth_db', 'SELECT kid, sealed, created_at FROM signing_keys ORDER BY created_at')
  const [kid, sealed] = [String(memberOf(row, 'kid')), String(memberOf(row, 'sealed'))]
  return openSealedKey({ kid, sealed, createdAt: new Date() }, await world.stackSecret('secret/auth-secret'))
}

/** Makes access tokens of a person as auth does, and almost as auth does. */
export class TokenForge {
  readonly #key: SigningKey
  readonly #person: ApiPerson
  readonly #issuer: string

  constructor(key: SigningKey, person: ApiPerson, issuer: string) {
    this.#key = key
    this.#person = person
    this.#issuer = issuer
  }

  /** Signed with auth's own key, unless another is given. */
  async sign({ header = {}, claims = {}, key = this.#key.privateKey }: Change = {}): Promise<string> {
    const payload = definedOf({ ...this.#claims(), ...claims })
    const protectedHeader = { alg: 'EdDSA', typ: 'at+jwt', kid: this.#key.kid, ...header }
    return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key)
  }

  /** Any header and any signature, over the claims that would be valid. */
  raw(header: Header, signature: (input: string) => string): string {
    const input = `${encode({ typ: 'at+jwt', kid: this.#key.kid, ...header })}.${encode(this.#claims())}`
    return `${input}.${signature(input)}`
  }

  #claims(): Claims {
    const { userId: sub, sessionId: sid } = this.#person
    const iat = Math.floor(Date.now() / 1000)
    return { iss: this.#issuer, aud: 'wealist', sub, sid, iat, exp: iat + 600 }
  }
}

export async function openTokenForge(world: WealistWorld, person: ApiPerson): Promise<TokenForge> {
  return new TokenForge(await readSigningKey(world), person, world.origin)
}

/** Tokens that must not let anybody in, by what is wrong with them. */
export async function forgedTokens(
  world: WealistWorld,
  forge: TokenForge,
  person: ApiPerson,
): Promise<Readonly<Record<string, string>>> {
  const jwk = (await person.get('/api/auth/jwks.json')).value('keys', 0)
  const [head = '', payload = '', signature = ''] = person.accessToken.split('.')
  const now = Math.floor(Date.now() / 1000)
  const { privateKey: own, publicKey } = generateKeyPairSync('ed25519')
  const serviceTokens = new ServiceTokens({
    service: 'user',
    serviceKey: await world.stackSecret('secret/service-key'),
  })
  return {
    'of another audience': await forge.sign({ claims: { aud: 'somewhere-else' } }),
    'of another issuer': await forge.sign({ claims: { iss: 'https://evil.example.com' } }),
    'of the future': await forge.sign({ claims: { iat: now + 300, exp: now + 900 } }),
    'without an end': await forge.sign({ claims: { exp: undefined } }),
    'without a session': await forge.sign({ claims: { sid: undefined } }),
    'without a person': await forge.sign({ claims: { sub: undefined } }),
    'of another type': await forge.sign({ header: { typ: 'JWT' } }),
    'of another key under the right name': await forge.sign({ key: own }),
    'of a key that nobody knows': await forge.sign({ key: own, header: { kid: 'unknown' } }),
    'with its key in its header': await forge.sign({
      key: own,
      header: { kid: 'mine', jwk: publicKey.export({ format: 'jwk' }) },
    }),
    'with its key elsewhere': await forge.sign({ key: own, header: { jku: 'https://evil.example.com/jwks.json' } }),
    'without a signature': forge.raw({ alg: 'none' }, () => ''),
    'with NONE in capitals': forge.raw({ alg: 'NONE' }, () => ''),
    'with the public key as a shared secret': forge.raw({ alg: 'HS256' }, hmacWith(keyBytes(jwk))),
    'with the JWK as a shared secret': forge.raw({ alg: 'HS256' }, hmacWith(JSON.stringify(jwk))),
    'tampered with': `${head}.${tampered(payload)}.${signature}`,
    'signed with something else': `${head}.${payload}.${createHash('sha512').update(payload).digest('base64url')}`,
    'cut off': person.accessToken.slice(0, -8),
    'of a service': await serviceTokens.issue('user'),
    'for refreshing': person.refreshToken,
    'that nobody has': `wl_pat_${'A'.repeat(43)}`,
  }
}

function tampered(payload: string): string {
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return encode({ ...Object(claims), sub: '00000000-0000-4000-8000-000000000000' })
}

function keyBytes(jwk: unknown): Buffer {
  return Buffer.from(String(memberOf(jwk, 'x')), 'base64url')
}

function hmacWith(secret: Buffer | string): (input: string) => string {
  return (input) => createHmac('sha256', secret).update(input).digest('base64url')
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function definedOf(claims: Claims): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}
