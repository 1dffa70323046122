import { errorCode } from '@portolan/errors'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { issueAccessToken } from './access-token.ts'
import { deriveKey } from './secret.ts'
import { ServiceTokens } from './service-token.ts'
import { createSigningKey } from './signing-key.ts'
import { TestClock } from './testing.ts'

const SERVICE_KEY = 'the-stack-shares-this-secret-key!'

function openWorld() {
  const clock = new TestClock()
  const board = new ServiceTokens({ service: 'board', serviceKey: SERVICE_KEY, clock })
  const user = new ServiceTokens({ service: 'user', serviceKey: SERVICE_KEY, clock })
  const codeOf = (token: string) => user.verify(token).then(() => 'accepted', errorCode)
  return { clock, board, user, codeOf }
}

test('a service knows who calls it', async () => {
  const { board, user } = openWorld()
  expect(await user.verify(await board.issue('user'))).toEqual({ service: 'board' })
})

test('a token lasts a minute, by clocks that differ by half a minute', async () => {
  const { clock, board, codeOf } = openWorld()
  const token = await board.issue('user')
  clock.pass(85_000)
  expect(await codeOf(token)).toBe('accepted')
  clock.pass(10_000)
  expect(await codeOf(token)).toBe('IDENTITY_SERVICE_TOKEN_INVALID')
  clock.jump(-95_000 - 60_000)
  expect(await codeOf(token)).toBe('IDENTITY_SERVICE_TOKEN_INVALID')
})

test('a token for another service, of another stack, or signed with the raw secret is refused', async () => {
  const { clock, board, codeOf } = openWorld()
  const foreign = new ServiceTokens({ service: 'board', serviceKey: `${SERVICE_KEY}!`, clock })
  const iat = Math.floor(clock.now().getTime() / 1000)
  const claims = new SignJWT({ iss: 'board', aud: 'user', iat, exp: iat + 60 })
  const raw = await claims.setProtectedHeader({ alg: 'HS256', typ: 'service+jwt' }).sign(Buffer.from(SERVICE_KEY))
  for (const token of [await board.issue('auth'), await foreign.issue('user'), raw, '', 'a.b.c']) {
    expect(await codeOf(token)).toBe('IDENTITY_SERVICE_TOKEN_INVALID')
  }
})

test('an access token is no service token', async () => {
  const { clock, codeOf } = openWorld()
  const claims = { issuer: 'board', userId: 'mina', sessionId: 'laptop' }
  expect(await codeOf(await issueAccessToken(createSigningKey(clock.now()), claims, clock.now()))).toBe(
    'IDENTITY_SERVICE_TOKEN_INVALID',
  )
})

test.for<[name: string, header: object, claims: object]>([
  ['another type', { typ: 'at+jwt' }, {}],
  ['no type', { typ: undefined }, {}],
  ['another algorithm', { alg: 'HS512' }, {}],
  ['no caller', {}, { iss: undefined }],
  ['a caller that is no name', {}, { iss: 'board\nadmin' }],
  ['no expiry', {}, { exp: undefined }],
  ['no time of issue', {}, { iat: undefined }],
  ['a long life, an hour after it was issued', {}, { iat: 1_700_000_000, exp: 9_999_999_999 }],
])('a token with %s is refused, though the stack signed it', async ([, header, changes]) => {
  const { clock, codeOf } = openWorld()
  const key = deriveKey(SERVICE_KEY, { name: 'SERVICE_KEY', info: 'portolan/identity/service-token/v1' })
  const iat = Math.floor(clock.now().getTime() / 1000)
  const sign = (head: object, body: object) =>
    new SignJWT({ iss: 'board', aud: 'user', iat, exp: iat + 60, ...body })
      .setProtectedHeader({ alg: 'HS256', typ: 'service+jwt', ...head })
      .sign(key)
  expect(await codeOf(await sign({}, {}))).toBe('accepted')
  expect(await codeOf(await sign(header, changes))).toBe('IDENTITY_SERVICE_TOKEN_INVALID')
})

test('a secret that could be guessed is refused', () => {
  expect(() => new ServiceTokens({ service: 'user', serviceKey: 'secret' })).toThrow('SERVICE_KEY')
})
