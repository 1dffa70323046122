import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { openTestFolder } from '@portolan/observe/testing'
import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_SETTINGS, type HostSettings } from './settings.ts'
import { openTestRegistryServer, type TestRegistryServer } from './testing.ts'

const server = await openTestPostgres()
const clock = { now: new Date('2026-03-02T09:00:00Z') }
// Nobody listens there: what looks at this host never answers.
const silentEngine: HostSettings = {
  draft: { name: 'busan-1', addresses: ['198.51.100.1'] },
  kernel: false,
  ssh: undefined,
  engines: [{ socket: '/nonexistent/docker.sock' }],
}
const seoul: HostSettings = { draft: { name: 'seoul-1' }, kernel: false, ssh: undefined, engines: [] }
let world: TestRegistryServer

beforeAll(async () => {
  world = await openTestRegistryServer(server, {
    now: () => clock.now,
    settings: { hosts: [seoul, silentEngine], limits: { ...DEFAULT_SETTINGS.limits, keyPerMinute: 100_000 } },
  })
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const NEED = { host: 'seoul-1', environment: 'production' } as const
let projectCount = 0

async function allocate(more: object = {}) {
  projectCount += 1
  const project = `p-${projectCount}`
  const answer = await world.call('port_allocate', { ...NEED, project, ...more })
  return { ...answer, project, claimId: answer.claim.id }
}

/** What a script sees of a refusal. */
async function refusal(path: string, body: unknown, options: Parameters<TestRegistryServer['post']>[2] = {}) {
  const answer = await world.post(path, body, options)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.body).toMatchObject({ success: false, status: answer.status, requestId: expect.any(String) })
  return { status: answer.status, ...refusalOf(answer.body) }
}

function refusalOf(body: unknown): { readonly code: unknown; readonly error: unknown; readonly details: unknown } {
  if (typeof body !== 'object' || body === null || !('code' in body) || !('error' in body))
    throw new Error('No refusal.')
  return { code: body.code, error: body.error, details: 'details' in body ? body.details : undefined }
}

test.for([
  ['an unknown project', '/api/port/get', { ...NEED, project: 'nobody' }, 404, 'REGISTRY_PROJECT_MISSING'],
  [
    'an unknown environment',
    '/api/port/allocate',
    { ...NEED, project: 'a', environment: 'x' },
    404,
    'REGISTRY_BAND_MISSING',
  ],
  ['an unknown host', '/api/port/allocate', { ...NEED, project: 'a', host: 'x' }, 404, 'REGISTRY_HOST_MISSING'],
  [
    'no host where there are several',
    '/api/port/allocate',
    { project: 'a', environment: 'production' },
    400,
    'REGISTRY_REQUEST_INVALID',
  ],
  [
    'a range that runs backwards',
    '/api/port/register',
    { ...NEED, project: 'a', ports: '4101-4100' },
    400,
    'PORTS_RANGE_INVALID',
  ],
  [
    'a range beyond the last port',
    '/api/port/register',
    { ...NEED, project: 'a', ports: '65535-65536' },
    400,
    'PORTS_RANGE_INVALID',
  ],
  ['ports that are words', '/api/port/check', { host: 'seoul-1', ports: 'http' }, 400, 'PORTS_RANGE_INVALID'],
  [
    'blue beyond the last port',
    '/api/port/register',
    { ...NEED, project: 'a', blue: 65_535 },
    400,
    'PORTS_NUMBER_INVALID',
  ],
  [
    'ports outside of the band',
    '/api/port/register',
    { ...NEED, project: 'a', ports: '5000-5001' },
    400,
    'REGISTRY_PORT_OUT_OF_BAND',
  ],
  ['an odd blue', '/api/port/register', { ...NEED, project: 'a', blue: 4101 }, 400, 'REGISTRY_PAIR_INVALID'],
  [
    'a green that does not follow',
    '/api/port/register',
    { ...NEED, project: 'a', blue: 4100, green: 4103 },
    400,
    'REGISTRY_PAIR_INVALID',
  ],
  ['green alone', '/api/port/register', { ...NEED, project: 'a', green: 4101 }, 400, 'REGISTRY_REQUEST_INVALID'],
  ['a project that is no name', '/api/port/allocate', { ...NEED, project: 'Ａ b' }, 400, 'REGISTRY_REQUEST_INVALID'],
  ['a field of the wrong kind', '/api/port/allocate', { ...NEED, project: 7 }, 400, 'REGISTRY_REQUEST_INVALID'],
  [
    'a field that is not known',
    '/api/port/allocate',
    { ...NEED, project: 'a', prot: 1 },
    400,
    'REGISTRY_REQUEST_INVALID',
  ],
  [
    'a lease without an end',
    '/api/port/allocate',
    { ...NEED, project: 'a', leaseMs: 1e15 },
    400,
    'REGISTRY_REQUEST_INVALID',
  ],
  ['a filter that no database can read', '/api/port/list', { project: 'a\0' }, 400, 'REGISTRY_REQUEST_INVALID'],
  ['a key of half a character', '/api/key/revoke', { id: '\ud800' }, 400, 'REGISTRY_REQUEST_INVALID'],
  [
    'a host that nobody can look at',
    '/api/port/allocate',
    { ...NEED, project: 'a', host: 'busan-1' },
    503,
    'REGISTRY_HOST_UNKNOWN',
  ],
  ['a claim that never was', '/api/port/release', { claimId: 999_999 }, 404, 'REGISTRY_CLAIM_MISSING'],
  ['a release of nothing in particular', '/api/port/release', { project: 'a' }, 400, 'REGISTRY_REQUEST_INVALID'],
  ['a host in use', '/api/host/remove', { host: 'seoul-1' }, 409, 'REGISTRY_HOST_IN_USE'],
  ['bands that are there twice', '/api/band/declare', { bands: [band(), band()] }, 400, 'REGISTRY_BANDS_INVALID'],
  [
    'an admin for one project',
    '/api/key/create',
    { name: 'k', role: 'admin', projects: ['a'] },
    400,
    'REGISTRY_REQUEST_INVALID',
  ],
  ['a key that is not there', '/api/key/revoke', { id: 'x' }, 404, 'OPERATIONS_KEY_MISSING'],
  ['an operation that is not there', '/api/port/steal', {}, 404, 'SERVICE_ROUTE_UNKNOWN'],
] as const)('%s gets a stable code and a sentence', async ([, path, body, status, code]) => {
  if (code === 'REGISTRY_HOST_IN_USE') await allocate()
  const before = await claimCount()
  const refused = await refusal(path, body)
  expect(refused).toMatchObject({ status, code, error: expect.stringMatching(/^.{40,}\.$/s) })
  expect(await claimCount()).toBe(before)
})

function band() {
  return { environment: 'production', kind: 'app', ports: '4000-4499' }
}

async function claimCount(): Promise<number> {
  return (await world.call('port_list', { limit: 1_000 })).claims.length
}

test('several hosts to choose from are listed', async () => {
  const { details } = await refusal('/api/port/allocate', { project: 'a', environment: 'production' })
  expect(details).toMatchObject({ faults: [{ field: 'host', expected: 'one of busan-1, seoul-1' }] })
})

test('a host that nobody can look at is told of with the observer, and goes by the claims for who insists', async () => {
  const need = { ...NEED, host: 'busan-1', project: 'insistent' }
  expect((await refusal('/api/port/allocate', need)).error).toContain('/nonexistent/docker.sock')
  expect(await world.call('port_check', { host: 'busan-1', ports: '4000' })).toMatchObject({
    state: 'unknown',
    isFree: false,
  })
  expect(await world.call('port_allocate', { ...need, evenIfUnknown: true })).toMatchObject({ blue: 4000, green: 4001 })
})

test('a token that is stale is refused, and one that never was', async () => {
  const { claimId, token, project } = await allocate()
  const taken = await world.call('port_take_over', { claimId })
  expect(taken.token).toBeGreaterThan(token)
  expect(await refusal('/api/slot/deploy', { claimId, token, version: '1' })).toMatchObject({
    status: 409,
    code: 'REGISTRY_TOKEN_STALE',
    details: { token, current: taken.token },
  })
  expect((await refusal('/api/port/release', { claimId, token })).code).toBe('REGISTRY_TOKEN_STALE')
  const never = { claimId, project, token: taken.token + 1_000 }
  expect(await refusal('/api/port/release', never)).toMatchObject({ status: 400, code: 'REGISTRY_TOKEN_NEVER_ISSUED' })
})

test('a lease that is over cannot be renewed, nor a claim that has none', async () => {
  const leased = await allocate({ leaseMs: 1_000 })
  clock.now = new Date(clock.now.getTime() + 1_000)
  expect(await refusal('/api/port/renew', { claimId: leased.claimId, leaseMs: 1_000 })).toMatchObject({
    status: 409,
    code: 'REGISTRY_LEASE_EXPIRED',
  })
  const held = await allocate()
  expect((await refusal('/api/port/renew', { claimId: held.claimId, leaseMs: 1_000 })).code).toBe(
    'REGISTRY_LEASE_MISSING',
  )
})

test("nobody releases another project's claim, by its name or by its number", async () => {
  const victim = await allocate()
  const key = await world.makeKey({ name: 'thief-ci', role: 'allocate', projects: ['thief'] })
  expect(await refusal('/api/port/release', { claimId: victim.claimId }, { key })).toMatchObject({
    status: 403,
    code: 'REGISTRY_NOT_OWNER',
  })
  const asThief = { claimId: victim.claimId, project: 'thief' }
  expect((await refusal('/api/port/release', asThief, { key })).code).toBe('REGISTRY_NOT_OWNER')
  expect((await refusal('/api/port/release', asThief)).code).toBe('REGISTRY_NOT_OWNER')
  const byName = { ...NEED, project: victim.project }
  expect(await refusal('/api/port/release', byName, { key })).toMatchObject({
    status: 403,
    code: 'OPERATIONS_PROJECT_REFUSED',
  })
  expect(await world.call('port_get', byName)).toMatchObject({ blue: victim.blue })
})

test('an idempotency key stands for one request', async () => {
  const asked = { ...NEED, project: 'twice', idempotencyKey: 'run-17' }
  const first = await world.call('port_allocate', asked)
  expect(await world.call('port_allocate', asked)).toEqual(first)
  expect(await refusal('/api/port/allocate', { ...asked, purpose: 'other' })).toMatchObject({
    status: 409,
    code: 'REGISTRY_IDEMPOTENCY_CONFLICT',
  })
})

test('ports that are taken are refused with their holder, and a band that is full with all of them', async () => {
  const { blue, project } = await allocate()
  expect(await refusal('/api/port/register', { ...NEED, project: 'late', blue })).toMatchObject({
    status: 409,
    code: 'REGISTRY_CLAIM_OVERLAPS',
    details: { holder: { project } },
  })
  const narrow = { ...NEED, kind: 'redis', shape: 'range', portCount: 20 } as const
  await world.call('port_allocate', { ...narrow, project: 'wide' })
  expect(await refusal('/api/port/allocate', { ...narrow, project: 'late' })).toMatchObject({
    status: 409,
    code: 'REGISTRY_BAND_FULL',
    details: { holders: [{ ports: '6400-6419' }] },
  })
})

test('what is sent that is not JSON, or not an object, is refused clearly', async () => {
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  const cases = [
    ['project=worb&environment=production', form, 'SERVICE_REQUEST_UNREADABLE'],
    ['{"project": ', {}, 'SERVICE_REQUEST_UNREADABLE'],
    ['', {}, 'SERVICE_REQUEST_UNREADABLE'],
    ['{"__proto__": {"role": "admin"}}', {}, 'SERVICE_REQUEST_UNREADABLE'],
    ['[]', {}, 'REGISTRY_REQUEST_INVALID'],
    ['null', {}, 'REGISTRY_REQUEST_INVALID'],
    ['"worb"', {}, 'REGISTRY_REQUEST_INVALID'],
    ['{"project": "\\u0000", "environment": "production", "host": "seoul-1"}', {}, 'REGISTRY_REQUEST_INVALID'],
    ['{"project": "\\ud800", "environment": "production", "host": "seoul-1"}', {}, 'REGISTRY_REQUEST_INVALID'],
    [`{"project": "${'a'.repeat(60_000)}", "environment": "production"}`, {}, 'REGISTRY_REQUEST_INVALID'],
    [`{"${'x'.repeat(60_000)}": 1}`, {}, 'REGISTRY_REQUEST_INVALID'],
    ['['.repeat(50_000), {}, 'SERVICE_REQUEST_UNREADABLE'],
  ] as const
  for (const [body, options, code] of cases) {
    const refused = await refusal('/api/port/allocate', body, options)
    expect(refused).toMatchObject({ status: 400, code })
    expect(String(refused.error).length).toBeLessThan(1_000)
  }
})

test('a body is read as JSON, whatever it is called', async () => {
  for (const type of [
    'application/x-www-form-urlencoded',
    'text/plain;charset=UTF-8',
    'application/octet-stream',
    'x/y',
  ]) {
    const asked = { environment: 'production', host: 'seoul-1', project: 'any-type' }
    const answer = await world.post('/api/port/allocate', asked, { headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status: 200, body: { success: true } })
  }
})

test('a body without end is refused as too large', async () => {
  const answer = await world.post('/api/port/allocate', `{"reason": "${'a'.repeat(5_000_000)}"}`)
  expect(answer).toMatchObject({ status: 413, body: { code: 'SERVICE_REQUEST_UNREADABLE', success: false } })
})

test('hostile bytes end neither the server nor anything else', async () => {
  const { port } = new URL(world.url)
  const noise = Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7919) % 256))
  const head = `POST /api/port/allocate HTTP/1.1\r\nhost: x\r\nx-api-key: ${world.adminKey}\r\n`
  const attacks = [
    noise,
    Buffer.concat([Buffer.from(`${head}content-length: 4096\r\n\r\n`), noise]),
    Buffer.from(`${head}content-length: 10\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    Buffer.from(`${head}x-junk: ${'j'.repeat(100_000)}\r\n\r\n`),
    Buffer.from(`POST /api/port/%00%ff%zz HTTP/1.1\r\nhost: x\r\n\r\n`),
  ]
  for (const attack of attacks) {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined).resume() // a reset is an answer too
    socket.end(attack)
    await once(socket, 'close')
  }
  expect((await fetch(`${world.url}/ready`)).status).toBe(200)
})

test('who leaves before he is answered leaves nothing behind', async () => {
  await using folder = await openTestFolder()
  const socketPath = join(folder.root, 'engine.sock')
  const engine = createServer().listen(socketPath) // it takes what is asked, and never answers
  await once(engine, 'listening')
  const host: HostSettings = { ...seoul, engines: [{ socket: socketPath }] }
  await using slow = await openTestRegistryServer(server, { settings: { hosts: [host] } })
  const leaving = new AbortController()
  const asked = fetch(`${slow.url}/api/port/allocate`, {
    method: 'POST',
    headers: { 'x-api-key': slow.adminKey },
    body: JSON.stringify({ ...NEED, project: 'gone' }),
    signal: leaving.signal,
  })
  const [stream] = await once(engine, 'connection')
  leaving.abort()
  await expect(asked).rejects.toThrow()
  stream.destroy()
  engine.close()
  expect((await fetch(`${slow.url}/ready`)).status).toBe(200)
  expect((await slow.call('port_list', {})).claims).toEqual([])
})

test('a database that is away is said so, nothing is done meanwhile, and it goes on when it is back', async () => {
  await using ownServer = await openTestPostgres()
  await using away = await openTestRegistryServer(ownServer)
  const key = await away.makeKey({ name: 'ci', role: 'allocate', projects: ['*'] })
  const ask = () => away.post('/api/port/allocate', { environment: 'production', project: 'worb' }, { key })
  await ownServer.stop('SIGKILL')
  const problem = { success: false, code: 'REGISTRY_STORE_UNAVAILABLE', error: expect.stringContaining('Ask again') }
  await expect.poll(async () => (await ask()).body).toMatchObject(problem)
  const refused = await ask()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  expect((await fetch(`${away.url}/ready`)).status).toBe(503)
  await ownServer.start()
  await expect.poll(async () => (await ask()).body).toMatchObject({ success: true, blue: 4000 })
})
