import { inspect } from 'node:util'
import { errorCode } from '@portolan/errors'
import { expect, test } from 'vitest'
import { openSealedKey, sealSigningKey } from './key-sealing.ts'
import { createSigningKey, jwksOf } from './signing-key.ts'

const SECRET = 'a secret that is long enough for this'
const NOW = new Date('2026-01-01T00:00:00Z')

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
  } catch (error) {
    return errorCode(error)
  }
  return undefined
}

test('a sealed key comes back as it was', () => {
  const key = createSigningKey(NOW)
  const opened = openSealedKey(sealSigningKey(key, SECRET), SECRET)
  expect(opened.kid).toBe(key.kid)
  expect(jwksOf([opened])).toEqual(jwksOf([key]))
  expect(opened.privateKey.equals(key.privateKey)).toBe(true)
})

test('the same key is never sealed to the same text', () => {
  const key = createSigningKey(NOW)
  expect(sealSigningKey(key, SECRET).sealed).not.toBe(sealSigningKey(key, SECRET).sealed)
})

test('another secret, another kid and a changed text do not open it', () => {
  const sealed = sealSigningKey(createSigningKey(NOW), SECRET)
  const other = createSigningKey(NOW)
  const middle = Math.floor(sealed.sealed.length / 2)
  const flipped = sealed.sealed[middle] === 'A' ? 'B' : 'A'
  const changed = `${sealed.sealed.slice(0, middle)}${flipped}${sealed.sealed.slice(middle + 1)}`
  expect(codeOf(() => openSealedKey(sealed, `${SECRET}!`))).toBe('IDENTITY_KEY_UNSEALABLE')
  expect(codeOf(() => openSealedKey({ ...sealed, kid: other.kid }, SECRET))).toBe('IDENTITY_KEY_UNSEALABLE')
  expect(codeOf(() => openSealedKey({ ...sealed, sealed: changed }, SECRET))).toBe('IDENTITY_KEY_UNSEALABLE')
  for (const text of ['', 'v1...', 'v2.x.y.z', `${sealed.sealed}.more`]) {
    expect(codeOf(() => openSealedKey({ ...sealed, sealed: text }, SECRET))).toBe('IDENTITY_KEY_UNSEALABLE')
  }
})

test('a short secret is refused by its name', () => {
  expect(codeOf(() => sealSigningKey(createSigningKey(NOW), 'short'))).toBe('IDENTITY_SECRET_TOO_SHORT')
})

test('neither the JWKS document nor a log shows the private half', () => {
  const key = createSigningKey(NOW)
  const { d } = key.privateKey.export({ format: 'jwk' })
  expect(Object.keys(jwksOf([key]).keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  expect(d).toHaveLength(43)
  expect(JSON.stringify(key) + inspect(key, { depth: 9 })).not.toContain(d)
})
