import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { errorCode, isAppError } from '@portolan/errors'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { issueAccessToken } from './access-token.ts'
import { AccessTokenVerifier } from './access-token-verifier.ts'
import { localKeys } from './key-source.ts'
import { createRefreshToken, formatRefreshToken } from './refresh-token.ts'
import { ServiceTokens } from './service-token.ts'
import { createSigningKey, publicJwkOf, type SigningKey } from './signing-key.ts'
import { TestClock } from './testing.ts'

const ISSUER = 'https://app.example.com'
const CLAIMS = { issuer: ISSUER, userId: 'mina', sessionId: 'laptop' }
const waiting = { signal: new AbortController().signal }

function openWorld() {
  const clock = new TestClock()
  const key = createSigningKey(clock.now())
  const published: SigningKey[] = [key]
  const ended = new Map<string, 'ended' | 'unknown'>()
  const verifier = new AccessTokenVerifier({
    keys: localKeys(() => published),
    issuer: ISSUER,
    endedSessions: { stateOf: (sessionId) => ended.get(sessionId) ?? 'live' },
    clock,
    rememberedLimit: 2,
  })
  const verify = (token: string) => verifier.verify(token, waiting)
  const codeOf = (token: string) => verify(token).then(() => 'accepted', errorCode)
  const issue = () => issueAccessToken(key, CLAIMS, clock.now())
  return { clock, key, published, ended, verify, codeOf, issue }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with the right claims except for what a test changes, signed by the world's own key. */
function forge({ clock, key }: ReturnType<typeof openWorld>, changes: { header?: object; payload?: object }) {
  const iat = Math.floor(clock.now().getTime() / 1000)
  const payload = { iss: ISSUER, aud: 'wealist', sub: 'mina', sid: 'laptop', iat, exp: iat + 600, ...changes.payload }
  const header = { alg: 'EdDSA', typ: 'at+jwt', kid: key.kid, ...changes.header }
  return new SignJWT(payload).setProtectedHeader(header).sign(key.privateKey)
}

test('a token says who signed in, where, and until when', async () => {
  const world = openWorld()
  const verified = await world.verify(await world.issue())
  expect(verified).toMatchObject({ userId: 'mina', sessionId: 'laptop' })
  expect(Math.abs(verified.expiresAt.getTime() - world.clock.now().getTime() - 600_000)).toBeLessThan(2_000)
})

test('a token is good until it has expired, by clocks that differ by half a minute', async () => {
  const world = openWorld()
  const token = await world.issue()
  world.clock.pass(600_000 + 25_000)
  expect(await world.codeOf(token)).toBe('accepted')
  world.clock.pass(10_000)
  expect(await world.codeOf(token)).toBe('IDENTITY_TOKEN_EXPIRED')
})

test('a token from the future is refused, whether remembered or not, after the clock jumped back', async () => {
  const world = openWorld()
  const [seen, unseen] = [await world.issue(), await forge(world, { payload: { jti: 'unseen' } })]
  expect(await world.codeOf(seen)).toBe('accepted')
  world.clock.jump(-25_000)
  expect([await world.codeOf(seen), await world.codeOf(unseen)]).toEqual(['accepted', 'accepted'])
  world.clock.jump(-3_600_000)
  expect([await world.codeOf(seen), await world.codeOf(unseen)]).toEqual([
    'IDENTITY_TOKEN_INVALID',
    'IDENTITY_TOKEN_INVALID',
  ])
  world.clock.jump(3_600_000 + 25_000)
  expect(await world.codeOf(seen)).toBe('accepted')
})

test('an ended session and an unknown one are two answers, for a remembered token too', async () => {
  const world = openWorld()
  const token = await world.issue()
  expect(await world.codeOf(token)).toBe('accepted')
  world.ended.set('laptop', 'unknown')
  expect(await world.codeOf(token)).toBe('IDENTITY_SESSIONS_UNKNOWN')
  world.ended.set('laptop', 'ended')
  expect(await world.codeOf(token)).toBe('IDENTITY_SESSION_ENDED')
})

test('a token of a key that is no longer published is refused, remembered or not', async () => {
  const world = openWorld()
  const token = await world.issue()
  expect(await world.codeOf(token)).toBe('accepted')
  world.published.length = 0
  expect(await world.codeOf(token)).toBe('IDENTITY_TOKEN_INVALID')
})

test('remembering is bounded and forgets nothing that matters', async () => {
  const world = openWorld()
  const tokens = await Promise.all(['a', 'b', 'c', 'd'].map((jti) => forge(world, { payload: { jti } })))
  for (const token of [...tokens, ...tokens]) expect(await world.codeOf(token)).toBe('accepted')
})

test.for<[name: string, changes: { header?: object; payload?: object }]>([
  ['another issuer', { payload: { iss: 'https://evil.example.com' } }],
  ['no issuer', { payload: { iss: undefined } }],
  ['another audience', { payload: { aud: 'other' } }],
  ['no audience', { payload: { aud: undefined } }],
  ['no expiry', { payload: { exp: undefined } }],
  ['no time of issue', { payload: { iat: undefined } }],
  ['times that are text', { payload: { exp: '9999999999' } }],
  ['not valid yet', { payload: { nbf: 9_999_999_999 } }],
  ['issued in the future', { payload: { iat: 9_999_999_000, exp: 9_999_999_600 } }],
  ['no user', { payload: { sub: undefined } }],
  ['a user that is a path', { payload: { sub: '../admin' } }],
  ['no session', { payload: { sid: undefined } }],
  ['a session that is an object', { payload: { sid: { $ne: null } } }],
  ['the type of a service token', { header: { typ: 'service+jwt' } }],
  ['the type of any JWT', { header: { typ: 'JWT' } }],
  ['no type', { header: { typ: undefined } }],
  ['no kid', { header: { kid: undefined } }],
  ['an unknown kid', { header: { kid: 'unknown' } }],
  ['a kid that is a path', { header: { kid: '../../../../dev/null' } }],
  ['a kid that is a query', { header: { kid: "' or '1'='1" } }],
  ['a kid that is a list', { header: { kid: ['a'] } }],
])('a token with %s is refused, though our own key signed it', async ([, changes]) => {
  const world = openWorld()
  expect(await world.codeOf(await forge(world, {}))).toBe('accepted')
  expect(await world.codeOf(await forge(world, changes))).toBe('IDENTITY_TOKEN_INVALID')
})

test('a longer life than ended sessions are remembered for does not help', async () => {
  const world = openWorld()
  const token = await forge(world, { payload: { exp: 9_999_999_999 } })
  world.clock.pass(640_000)
  expect(await world.codeOf(token)).toBe('IDENTITY_TOKEN_EXPIRED')
})

test('unsigned tokens and tokens signed with the public key as a secret are refused', async () => {
  const world = openWorld()
  const [, payload = ''] = (await world.issue()).split('.')
  const { kid } = world.key
  const publicKey = createPublicKey(world.key.privateKey)
  const secrets = [
    publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    publicKey.export({ format: 'der', type: 'spki' }),
    Buffer.from(publicJwkOf(world.key).x, 'base64url'),
    JSON.stringify(publicJwkOf(world.key)),
    '',
  ]
  for (const alg of ['HS256', 'hs256', 'EdDSA']) {
    const head = `${encode({ alg, typ: 'at+jwt', kid })}.${payload}`
    for (const secret of secrets) {
      const signature = createHmac('sha256', secret).update(head).digest('base64url')
      expect(await world.codeOf(`${head}.${signature}`)).toBe('IDENTITY_TOKEN_INVALID')
    }
  }
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', undefined, null]) {
    const head = `${encode({ alg, typ: 'at+jwt', kid })}.${payload}`
    expect(await world.codeOf(`${head}.`)).toBe('IDENTITY_TOKEN_INVALID')
    expect(await world.codeOf(head)).toBe('IDENTITY_TOKEN_INVALID')
  }
})

test('a key that comes within the token is not used', async () => {
  const world = openWorld()
  const stranger = createSigningKey(world.clock.now())
  const { key } = world
  for (const header of [
    { jwk: publicJwkOf(stranger) },
    { jku: 'https://evil.example.com/jwks.json' },
    { x5u: 'https://evil.example.com/cert.pem' },
    { crit: ['exp'], exp: 1 },
    { b64: false, crit: ['b64'] },
  ]) {
    for (const kid of [key.kid, stranger.kid]) {
      const forged = { clock: world.clock, key: { ...stranger, kid: key.kid } }
      const token = await forge({ ...world, ...forged }, { header: { ...header, kid } }).catch(() => '')
      expect(await world.codeOf(token)).toBe('IDENTITY_TOKEN_INVALID')
    }
  }
})

test('a token of another algorithm is refused, even with the kid of a published key', async () => {
  const world = openWorld()
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  for (const [alg, key] of [
    ['ES256', ec],
    ['RS256', rsa],
    ['PS256', rsa],
  ] as const) {
    const token = await new SignJWT({ sid: 'laptop' })
      .setProtectedHeader({ alg, typ: 'at+jwt', kid: world.key.kid })
      .sign(key)
    expect(await world.codeOf(token)).toBe('IDENTITY_TOKEN_INVALID')
  }
})

test('no other kind of token is an access token', async () => {
  const world = openWorld()
  const service = new ServiceTokens({ service: 'auth', serviceKey: 'k'.repeat(32), clock: world.clock })
  const refresh = formatRefreshToken(createRefreshToken('laptop'))
  for (const token of [
    await service.issue('wealist'),
    refresh,
    `${refresh}.x`,
    '',
    '.',
    '..',
    '...',
    'x'.repeat(9_999),
  ]) {
    expect(await world.codeOf(token)).toBe('IDENTITY_TOKEN_INVALID')
  }
})

test('a token that was changed anywhere is refused, and the error holds none of it', async () => {
  const world = openWorld()
  const token = await world.issue()
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.constantFrom('A', 'z', '0', '-', '_', '.', '=', '+', ' ', '\u0000', 'é'),
      async (index, character) => {
        // The last character of a part also holds bits that base64url does not use.
        const isLastOfPart = token[index + 1] === '.' || index === token.length - 1
        fc.pre(token[index] !== character && !isLastOfPart)
        const changed = token.slice(0, index) + character + token.slice(index + 1)
        const error: unknown = await world.verify(changed).catch((reason: unknown) => reason)
        expect(errorCode(error)).toBe('IDENTITY_TOKEN_INVALID')
        const said = inspect(error, { depth: 9 }) + (isAppError(error) ? JSON.stringify(error.details) : '')
        for (const part of changed.split('.')) if (part.length > 8) expect(said).not.toContain(part)
      },
    ),
  )
})
