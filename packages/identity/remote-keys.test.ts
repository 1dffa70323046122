import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { errorCode } from '@portolan/errors'
import { expect, test } from 'vitest'
import { parseJwks } from './key-source.ts'
import { RemoteKeys } from './remote-keys.ts'
import { createSigningKey, jwksOf, publicJwkOf } from './signing-key.ts'
import { TestClock } from './testing.ts'

const waiting = { signal: new AbortController().signal }
const NOW = new Date('2026-01-01T00:00:00Z')

/** A JWKS endpoint whose answer a test sets; counts what it is asked. */
async function openEndpoint() {
  const releasers = new AsyncDisposableStack()
  const endpoint = { status: 200, body: '', askedCount: 0, held: Promise.resolve() }
  const server = createServer((_request, response) => {
    endpoint.askedCount += 1
    const answer = () => response.writeHead(endpoint.status, { location: 'http://127.0.0.1:9/' }).end(endpoint.body)
    void endpoint.held.then(answer) // a held answer may never come, by intent
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  releasers.defer(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  const clock = new TestClock()
  const keys = new RemoteKeys({
    url: new URL(`http://127.0.0.1:${address.port}/internal/jwks.json`),
    clock,
    timeoutMs: 1_000,
  })
  const find = (kid: string) =>
    keys.findKey(kid, waiting).then((key) => (key === undefined ? 'absent' : 'found'), errorCode)
  return { endpoint, clock, keys, find, [Symbol.asyncDispose]: () => releasers.disposeAsync() }
}

test('keys are fetched once, together, and again when one is not among them', async () => {
  await using world = await openEndpoint()
  const [first, second] = [createSigningKey(NOW), createSigningKey(NOW)]
  world.endpoint.body = JSON.stringify(jwksOf([first]))
  expect(await Promise.all([world.find(first.kid), world.find(first.kid), world.find(first.kid)])).toEqual([
    'found',
    'found',
    'found',
  ])
  expect(world.endpoint.askedCount).toBe(1)
  world.endpoint.body = JSON.stringify(jwksOf([second, first]))
  world.clock.pass(5_000)
  expect(await world.find(second.kid)).toBe('found')
  expect(world.endpoint.askedCount).toBe(2)
})

test('a stream of made-up kids is one fetch in five seconds', async () => {
  await using world = await openEndpoint()
  world.endpoint.body = JSON.stringify(jwksOf([createSigningKey(NOW)]))
  for (let index = 0; index < 50; index += 1) expect(await world.find(`made-up-${index}`)).toBe('absent')
  expect(world.endpoint.askedCount).toBe(1)
  world.clock.jump(3_600_000) // the wall clock does not matter
  expect(await world.find('made-up')).toBe('absent')
  expect(world.endpoint.askedCount).toBe(1)
})

test.for<[name: string, status: number, body: string]>([
  ['an error', 500, '{"keys":[]}'],
  ['a redirect', 302, ''],
  ['no JSON', 200, '<html>'],
  ['no JWKS', 200, '{"keys":{}}'],
])('%s instead of keys is a failure, not an unknown key, and recovers', async ([, status, body]) => {
  await using world = await openEndpoint()
  const key = createSigningKey(NOW)
  Object.assign(world.endpoint, { status, body })
  expect([await world.find(key.kid), await world.find(key.kid)]).toEqual([
    'IDENTITY_KEYS_UNAVAILABLE',
    'IDENTITY_KEYS_UNAVAILABLE',
  ])
  expect(world.endpoint.askedCount).toBe(1)
  Object.assign(world.endpoint, { status: 200, body: JSON.stringify(jwksOf([key])) })
  world.clock.pass(5_000)
  expect(await world.find(key.kid)).toBe('found')
})

test('known keys go on while auth is away; unknown ones cannot be told', async () => {
  await using world = await openEndpoint()
  const key = createSigningKey(NOW)
  world.endpoint.body = JSON.stringify(jwksOf([key]))
  expect(await world.find(key.kid)).toBe('found')
  world.endpoint.status = 503
  world.clock.pass(3_600_000)
  expect(await world.find(key.kid)).toBe('found')
  await expect.poll(() => world.endpoint.askedCount).toBe(2) // old enough to be fetched again, behind the answer
  world.clock.pass(5_000)
  expect(await world.find('other')).toBe('IDENTITY_KEYS_UNAVAILABLE')
  expect(await world.find(key.kid)).toBe('found')
})

test('a key that is withdrawn is gone after the next fetch', async () => {
  await using world = await openEndpoint()
  const key = createSigningKey(NOW)
  world.endpoint.body = JSON.stringify(jwksOf([key]))
  expect(await world.find(key.kid)).toBe('found')
  world.endpoint.body = JSON.stringify(jwksOf([]))
  world.clock.pass(300_000)
  await expect.poll(() => world.find(key.kid)).toBe('absent')
})

test('an endpoint that does not answer is a failure in time, and one who gives up does not end it for the rest', async () => {
  await using world = await openEndpoint()
  const key = createSigningKey(NOW)
  const held = Promise.withResolvers<void>()
  Object.assign(world.endpoint, { held: held.promise, body: JSON.stringify(jwksOf([key])) })
  const impatient = new AbortController()
  const answers = [world.keys.findKey(key.kid, impatient), world.find(key.kid)]
  impatient.abort(new Error('gone'))
  await expect(answers[0]).rejects.toThrow('gone')
  held.resolve()
  expect(await answers[1]).toBe('found')
  world.endpoint.held = new Promise(() => undefined)
  world.clock.pass(5_000)
  expect(await world.find('other')).toBe('IDENTITY_KEYS_UNAVAILABLE')
})

test('only public Ed25519 keys for signatures are read', () => {
  const key = createSigningKey(NOW)
  const good = publicJwkOf(key)
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const others = [
    { kty: 'oct', k: 'c2VjcmV0', kid: 'secret', alg: 'EdDSA', use: 'sig' },
    { ...good, kid: 'hmac', alg: 'HS256' },
    { ...good, kid: 'encryption', use: 'enc' },
    { ...good, kid: 'short', x: 'AAAA' },
    { ...good, kid: 'x25519', crv: 'X25519' },
    { ...good, kid: 'a/../b' },
    { ...ec, kid: 'ec', alg: 'EdDSA', use: 'sig' },
    null,
    'text',
  ]
  expect([...(parseJwks({ keys: [...others, good] }) ?? []).keys()]).toEqual([key.kid])
  expect(parseJwks({ keys: [{ ...good, d: 'private' }] })?.get(key.kid)?.type).toBe('public')
})
