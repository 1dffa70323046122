import { createHmac, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprintOf, judgeHostKey, knownKeyTypes, parseKnownHosts } from './known-hosts.ts'

/** A key as it is on the wire: its type, then its parts, each behind its length (RFC 4253 §6.6, RFC 8709 §4). */
function keyOf(type = 'ssh-ed25519'): Buffer {
  const { publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  return Buffer.concat([Buffer.from(type), raw].flatMap((part) => [lengthOf(part), part]))
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(part.length)
  return length
}

function hashed(name: string): string {
  const salt = Buffer.from('a salt of twenty byt')
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

const KEY = keyOf()
const OTHER = keyOf()
const ECDSA = keyOf('ecdsa-sha2-nistp256')
const BASE64 = KEY.toString('base64')

function verdictOf(text: string, { host = 'seoul-1.example.com', port = 22, key = KEY } = {}) {
  const verdict = judgeHostKey(parseKnownHosts(text, 'known_hosts'), { host, port, key })
  return verdict.state
}

test.for([
  ['seoul-1.example.com', 22],
  ['SEOUL-1.example.com,192.0.2.7', 22],
  ['*.example.com', 22],
  ['seoul-?.example.com', 22],
  [hashed('seoul-1.example.com'), 22],
  ['[seoul-1.example.com]:2222', 2222],
  [hashed('[seoul-1.example.com]:2222'), 2222],
  ['seoul-1.example.com', 2222], // as ssh does: the same key of the same host vouches for its other port
] as const)('a key that is known for "%s" is trusted at port %i', ([hosts, port]) => {
  expect(verdictOf(`# a comment\n\n${hosts} ssh-ed25519 ${BASE64} root@seoul-1\n`, { port })).toBe('trusted')
})

test.for([
  ['seoul-2.example.com', 22],
  ['*.example.com,!seoul-1.example.com', 22],
  ['seoul-1xexample.com', 22],
  [hashed('seoul-2.example.com'), 22],
  ['[seoul-1.example.com]:2222', 22],
  ['[seoul-1.example.com]:2223', 2222],
  ['|2|c2FsdA==|aGFzaA==', 22],
  ['|1|', 22],
  ['#seoul-1.example.com', 22],
] as const)('a key that is known for "%s" is not known at port %i', ([hosts, port]) => {
  expect(verdictOf(`${hosts} ssh-ed25519 ${BASE64}\n`, { port })).toBe('unknown')
})

test('another key of the same type has changed, and one of another type is not known', () => {
  const text = `seoul-1.example.com ssh-ed25519 ${BASE64}\n`
  expect(verdictOf(text, { key: OTHER })).toBe('changed')
  expect(verdictOf(text, { key: ECDSA })).toBe('unknown')
  expect(verdictOf(text, { key: OTHER, port: 2222 })).toBe('unknown')
})

test('of several keys for a host each is trusted', () => {
  const text = [KEY, OTHER].map((key) => `seoul-1.example.com ssh-ed25519 ${key.toString('base64')}\n`).join('')
  expect(verdictOf(text, { key: OTHER })).toBe('trusted')
})

test.for(['seoul-1.example.com', '*', hashed('seoul-1.example.com')])(
  'a key revoked for "%s" is refused though another line trusts it',
  (hosts) => {
    const text = `seoul-1.example.com ssh-ed25519 ${BASE64}\n@revoked ${hosts} ssh-ed25519 ${BASE64}\n`
    expect(verdictOf(text)).toBe('revoked')
    expect(verdictOf(text, { port: 2222 })).toBe('revoked')
    expect(verdictOf(text, { key: OTHER })).toBe('changed')
  },
)

test("a certificate authority's key vouches for no host as its own key", () => {
  expect(verdictOf(`@cert-authority *.example.com ssh-ed25519 ${BASE64}\n`)).toBe('unknown')
})

test.for(['@revoked', '@revoked * ssh-ed25519', '@revoked * ssh-rsa KEY', '@withdrawn * ssh-ed25519 KEY'])(
  'half a line with a marker is refused: %s',
  (line) => {
    expect(() => parseKnownHosts(`\n${line.replace('KEY', BASE64)}\n`, 'known_hosts')).toThrow(
      expect.objectContaining({ code: 'OBSERVE_KNOWN_HOSTS_MALFORMED', details: { path: 'known_hosts', line: 2 } }),
    )
  },
)

test('a host is asked for keys of the types that are known for it', () => {
  const text = `seoul-1.example.com ecdsa-sha2-nistp256 ${ECDSA.toString('base64')}\n* ssh-rsa AAAA\n`
  expect(knownKeyTypes(parseKnownHosts(text, 'known_hosts'), 'seoul-1.example.com', 22)).toEqual([
    'ecdsa-sha2-nistp256',
  ])
})

test('a fingerprint is what ssh-keygen prints', () => {
  const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl', 'base64')
  expect(fingerprintOf(key)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
})

test('no text and no key make anything trusted that is not written there', () => {
  const part = fc.constantFrom('@revoked', '*', 'seoul-1.example.com', '!*', '|1|', 'ssh-ed25519', '\n', ' ', ',')
  const text = fc.array(fc.oneof(part, fc.string()), { maxLength: 12 }).map((parts) => parts.join(' '))
  fc.assert(
    fc.property(text, fc.uint8Array({ maxLength: 60 }), (candidate, key) => {
      try {
        expect(verdictOf(candidate, { key: Buffer.from(key) })).toBe('unknown')
      } catch (error) {
        expect(error).toMatchObject({ code: 'OBSERVE_KNOWN_HOSTS_MALFORMED' })
      }
    }),
  )
})
