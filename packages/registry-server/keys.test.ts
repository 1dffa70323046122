import { openConnection } from '@portolan/postgres'
import { openTestPostgres } from '@portolan/postgres/testing'
import pino from 'pino'
import { afterAll, expect, test } from 'vitest'
import { openRegistryServer } from './registry-server.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { openTestRegistryServer, type TestRegistryServer } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const NEED = { environment: 'production', project: 'worb' } as const
const LIMITS = DEFAULT_SETTINGS.limits

async function get(world: TestRegistryServer, key: string) {
  const { status, body, headers } = await world.post('/api/port/get', NEED, { key })
  return { status, body, headers }
}

test('a key comes in its header or as a bearer, and is asked for in words', async () => {
  await using world = await openTestRegistryServer(server)
  await world.call('port_allocate', NEED)
  const missing = await get(world, '')
  expect(missing).toMatchObject({ status: 401, body: { code: 'REGISTRY_SERVER_KEY_MISSING', success: false } })
  expect(missing.headers.get('www-authenticate')).toBe('Bearer realm="portolan"')
  const headers = { authorization: `Bearer ${world.adminKey}` }
  expect(await world.post('/api/port/get', NEED, { key: '', headers })).toMatchObject({ status: 200 })
})

test('a wrong key is refused alike, whatever is wrong with it', async () => {
  await using world = await openTestRegistryServer(server)
  const key = await world.makeKey({ name: 'ci', role: 'read', projects: ['*'] })
  const otherSecret = `${key.slice(0, -4)}${key.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
  const otherId = key.replace(/^pk_[0-9a-f]{16}/, `pk_${'0'.repeat(16)}`)
  const answers = await Promise.all(
    ['x', key.slice(1), `${key}x`, otherSecret, otherId, world.adminKey.slice(1)].map((wrong) => get(world, wrong)),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
  const texts = answers.map(({ body }) => JSON.stringify(body).replace(/"requestId":"[^"]*"/, ''))
  expect(new Set(texts).size).toBe(1)
})

test('a key that has expired or is revoked is refused by that name, at once', async () => {
  const clock = { now: new Date('2026-03-02T09:00:00Z') }
  await using world = await openTestRegistryServer(server, { now: () => clock.now })
  await world.call('port_allocate', NEED)
  const short = await world.makeKey({ name: 'short', role: 'read', projects: ['*'], expiresInMs: 60_000 })
  expect((await get(world, short)).status).toBe(200)
  clock.now = new Date('2026-03-02T09:01:00Z')
  expect(await get(world, short)).toMatchObject({ status: 401, body: { code: 'REGISTRY_SERVER_KEY_EXPIRED' } })
  const made = await world.call('key_create', { name: 'lost', role: 'read', projects: ['*'] })
  expect((await get(world, made.key)).status).toBe(200)
  await world.call('key_revoke', { id: made.details.id })
  expect(await get(world, made.key)).toMatchObject({ status: 401, body: { code: 'REGISTRY_SERVER_KEY_REVOKED' } })
  const again = await world.call('key_revoke', { id: made.details.id })
  expect(again.details.revokedAt).toBe('2026-03-02T09:01:00.000Z')
})

test('a revocation reaches the other servers within a moment', async () => {
  await using world = await openTestRegistryServer(server)
  const logger = pino({ level: 'silent' })
  await using other = await openRegistryServer({ databaseUrl: world.databaseUrl, logger }, waiting())
  const { key, details } = await world.call('key_create', { name: 'lost', role: 'read', projects: ['*'] })
  const asked = { method: 'POST', url: '/api/host/list', headers: { 'x-api-key': key }, payload: {} } as const
  expect((await other.app.inject(asked)).statusCode).toBe(200)
  await world.call('key_revoke', { id: details.id })
  await expect
    .poll(async () => (await other.app.inject(asked)).json())
    .toMatchObject({ code: 'REGISTRY_SERVER_KEY_REVOKED' })
})

function waiting(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) }
}

test('the database holds no key, only hashes', async () => {
  await using world = await openTestRegistryServer(server)
  const key = await world.makeKey({ name: 'ci', role: 'read', projects: ['*'] })
  await using connection = await openConnection(world.databaseUrl, { signal: AbortSignal.timeout(10_000) })
  const { rows } = await connection.client.query<{ line: string }>(
    'select row_to_json(k)::text as line from registry_keys k',
  )
  expect(rows).toHaveLength(1)
  const secret = key.replace(/^pk_[0-9a-f]{16}_/, '')
  const hex = Buffer.from(secret, 'base64url').toString('hex')
  for (const text of [key, secret, hex, world.adminKey]) expect(JSON.stringify(rows)).not.toContain(text)
  expect(JSON.stringify(await world.call('key_list', {}))).not.toContain(secret)
})

test('each role may what those before it may, and no more', async () => {
  await using world = await openTestRegistryServer(server)
  await world.call('port_allocate', NEED)
  const read = await world.makeKey({ name: 'reader', role: 'read', projects: ['*'] })
  const allocate = await world.makeKey({ name: 'deployer', role: 'allocate', projects: ['*'] })
  const status = async (path: string, body: object, key: string) => (await world.post(path, body, { key })).status
  expect(await status('/api/port/get', NEED, read)).toBe(200)
  expect(await world.post('/api/port/allocate', NEED, { key: read })).toMatchObject({
    status: 403,
    body: { code: 'OPERATIONS_ROLE_MISSING', details: { role: 'read', needed: 'allocate' } },
  })
  expect(await status('/api/port/allocate', NEED, allocate)).toBe(200)
  for (const path of ['/api/key/list', '/api/key/create', '/api/host/declare', '/api/band/declare']) {
    expect(await world.post(path, {}, { key: allocate })).toMatchObject({ body: { code: 'OPERATIONS_ROLE_MISSING' } })
  }
  const outside = { ...NEED, project: 'old', ports: '8088', evenIfOutOfBand: true }
  expect(await status('/api/port/register', outside, allocate)).toBe(403)
  expect(await status('/api/port/register', outside, world.adminKey)).toBe(200)
})

test("a key sees its own projects in full, and of others' what it takes to keep out of their way", async () => {
  await using world = await openTestRegistryServer(server)
  const labels = { note: 'the launch is secret' }
  await world.call('port_allocate', { ...NEED, project: 'worb', labels, reason: 'the launch' })
  await world.call('port_allocate', { ...NEED, project: 'web-shop' })
  const key = await world.makeKey({ name: 'web-ci', role: 'allocate', projects: ['web-*', 'landing'] })
  const list = await world.post('/api/port/list', {}, { key })
  expect(list.body).toMatchObject({
    claims: [{ project: 'web-shop', token: expect.any(Number) }],
    others: [{ project: 'worb', ports: '4000-4001', host: 'seoul-1' }],
  })
  const history = await world.post('/api/port/history', {}, { key })
  const check = await world.post('/api/port/check', { ports: '4000-4003' }, { key })
  expect(check.body).toMatchObject({ state: 'taken', obstacles: [{ holder: { project: 'worb' } }, {}, {}, {}] })
  const slots = await world.post('/api/slot/list', {}, { key })
  expect(slots.body).toMatchObject({ slots: [{ project: 'web-shop' }] })
  expect(JSON.stringify([list.body, history.body, check.body, slots.body])).not.toMatch(/launch/)
  expect(await world.post('/api/port/get', NEED, { key })).toMatchObject({ status: 403 })
  expect(await world.post('/api/slot/list', { project: 'worb' }, { key })).toMatchObject({ status: 403 })
})

test('the history says who did it and by which key', async () => {
  await using world = await openTestRegistryServer(server)
  const key = await world.makeKey({ name: 'worb-ci', role: 'allocate', projects: ['worb'] })
  await world.post('/api/port/allocate', { ...NEED, actor: 'hanna', reason: 'release 12' }, { key })
  const { events } = await world.call('port_history', { port: 4001 })
  expect(events).toMatchObject([{ type: 'allocated', project: 'worb', actor: 'hanna (worb-ci)', reason: 'release 12' }])
})

test('when a key was last used is known', async () => {
  await using world = await openTestRegistryServer(server)
  const key = await world.makeKey({ name: 'ci', role: 'read', projects: ['*'] })
  expect((await world.call('key_list', {})).keys[0]).not.toHaveProperty('lastUsedAt')
  await get(world, key)
  expect((await world.call('key_list', {})).keys[0]).toMatchObject({ name: 'ci', lastUsedAt: expect.any(String) })
})

test('a key that asks too often is told when to come back', async () => {
  await using world = await openTestRegistryServer(server, { settings: { limits: { ...LIMITS, keyPerMinute: 5 } } })
  const key = await world.makeKey({ name: 'ci', role: 'read', projects: ['*'] })
  const statuses: number[] = []
  for (let count = 0; count < 5; count += 1) statuses.push((await get(world, key)).status)
  expect(statuses).toEqual([404, 404, 404, 404, 404])
  const limited = await get(world, key)
  expect(limited).toMatchObject({ status: 429, body: { code: 'REGISTRY_SERVER_RATE_LIMITED', success: false } })
  const seconds = Number(limited.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(await get(world, world.adminKey)).toMatchObject({ status: 404 })
})

test('wrong keys are limited by address, and right ones from there go on', async () => {
  await using world = await openTestRegistryServer(server, {
    settings: { limits: { ...LIMITS, wrongKeysPerMinute: 3 } },
  })
  const statuses: number[] = []
  for (let count = 0; count < 4; count += 1) statuses.push((await get(world, `wrong-${count}`)).status)
  expect(statuses).toEqual([401, 401, 401, 429])
  expect((await get(world, world.adminKey)).status).toBe(404)
})
