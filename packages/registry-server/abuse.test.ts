import { request } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import pino from 'pino'
import { afterAll, expect, test } from 'vitest'
import { openRegistryServer } from './registry-server.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { openTestRegistryServer, type TestRegistryServer } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const NEED = { environment: 'production', project: 'worb' } as const
const LIMITS = DEFAULT_SETTINGS.limits
const AGENT = { accept: 'application/json, text/event-stream' }

function toolCall(name: string, input: object, id = 1) {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: input } }
}

test('many messages in one body are refused', async () => {
  await using world = await openTestRegistryServer(server)
  const key = await world.makeKey({ name: 'reader', role: 'read', projects: ['worb'] })
  const calls = Array.from({ length: 100 }, (_, id) => toolCall('port_check', { ports: '1-65535' }, id))
  expect(await world.post('/mcp', calls, { key, headers: AGENT })).toMatchObject({
    status: 400,
    body: { code: 'REGISTRY_SERVER_BATCH_REFUSED', success: false },
  })
  const one = await world.post('/mcp', toolCall('port_check', { ports: '1-65535' }), { key, headers: AGENT })
  expect(one).toMatchObject({ status: 200, body: { result: { _meta: { code: 'REGISTRY_REQUEST_INVALID' } } } })
  expect(JSON.stringify(one.body).length).toBeLessThan(2_000)
})

test('a body is as large as what is asked may be', async () => {
  await using world = await openTestRegistryServer(server)
  const padded = (sizeBytes: number) => ({ ...NEED, reason: 'a'.repeat(sizeBytes) })
  expect((await world.post('/api/port/allocate', padded(64_000))).status).toBe(400)
  expect((await world.post('/api/port/allocate', padded(66_000))).status).toBe(413)
  for (const path of ['/api/port/import', '/api/port/sync', '/mcp']) {
    expect((await world.post(path, padded(1_000_000), { headers: AGENT })).status).toBe(400)
    expect((await world.post(path, padded(1_100_000), { headers: AGENT })).status).toBe(413)
  }
})

test('a request of nothing but fields holds up nobody else', async () => {
  await using world = await openTestRegistryServer(server)
  const fields = Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`f${index}`, 1]))
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const asAgent = await world.post('/mcp', toolCall('port_allocate', { ...NEED, ...fields }), { headers: AGENT })
  const labelled = toolCall('port_allocate', { ...NEED, labels: fields })
  const asLabels = await world.post('/mcp', labelled, { headers: AGENT })
  delay.disable()
  expect([asAgent.status, asLabels.status]).toEqual([200, 200])
  for (const { body } of [asAgent, asLabels]) {
    expect(body).toMatchObject({ result: { isError: true, _meta: { code: 'REGISTRY_REQUEST_INVALID' } } })
    expect(JSON.stringify(body).length).toBeLessThan(8_000)
  }
  expect(delay.max / 1e6).toBeLessThan(1_000)
  const few = Object.fromEntries(Object.entries(fields).slice(0, 4_000))
  expect(await world.post('/api/port/allocate', { ...NEED, ...few })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('"f0" has to be left out'), details: { faults: { length: 20 } } },
  })
})

/** By hand, for fetch writes the header `host` itself. */
function getAs({ url, adminKey }: TestRegistryServer, path: string, host: string) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; text: string }>()
  const sent = request(`${url}${path}`, { headers: { host, 'x-api-key': adminKey } }, (answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    answer.once('end', () => resolve({ status: answer.statusCode, text }))
  })
  sent.once('error', reject).end()
  return promise
}

test('on loopback nothing is answered under a name of somebody else, and nothing public holds a secret', async () => {
  const mcp = { hosts: ['registry.example.com'], origins: [] }
  await using world = await openTestRegistryServer(server, { settings: { mcp } })
  await world.call('port_allocate', { ...NEED, labels: { note: 'launch' } })
  const paths = ['/health', '/ready', '/metrics', '/api/openapi.json', '/mcp', '/nowhere']
  for (const path of paths) {
    const refused = await getAs(world, path, 'evil.example.com:8700')
    expect([path, refused.status, refused.text]).toEqual([path, 403, expect.stringContaining('HOST_REFUSED')])
  }
  for (const host of ['localhost:8700', '127.0.0.1', '[::1]:8700', 'Registry.example.com']) {
    expect((await getAs(world, '/ready', host)).status).toBe(200)
  }
  for (const path of ['/metrics', '/ready']) {
    const { status, text } = await getAs(world, path, 'localhost')
    expect(status).toBe(200)
    expect(text).not.toMatch(/worb|launch|postgres:\/\//)
    expect(text).not.toContain(world.adminKey)
  }
})

test('who guesses keys is not somebody else by what he says of himself', async () => {
  const limits = { ...LIMITS, wrongKeysPerMinute: 3 }
  await using world = await openTestRegistryServer(server, { settings: { limits } })
  const statuses: number[] = []
  for (let count = 0; count < 5; count += 1) {
    const headers = { 'x-forwarded-for': `198.51.100.${count}` }
    statuses.push((await world.post('/api/port/get', NEED, { key: `wrong-${count}`, headers })).status)
  }
  expect(statuses).toEqual([401, 401, 401, 429, 429])
})

test('who has guessed too often costs the database nothing, and right keys from there go on', async () => {
  await using ownServer = await openTestPostgres()
  const limits = { ...LIMITS, wrongKeysPerMinute: 3 }
  await using world = await openTestRegistryServer(ownServer, { settings: { limits } })
  const key = await world.makeKey({ name: 'ci', role: 'read', projects: ['*'] })
  const guess = (digit: number) => `pk_${String(digit).repeat(16)}_${'A'.repeat(43)}`
  const statusOf = async (shown: string) => (await world.post('/api/port/get', NEED, { key: shown })).status
  for (const digit of [1, 2, 3]) expect(await statusOf(guess(digit))).toBe(401)
  expect(await statusOf(guess(4))).toBe(429)
  expect(await statusOf(key)).toBe(404)
  expect(await statusOf(await world.makeKey({ name: 'new', role: 'read', projects: ['*'] }))).toBe(404)
  expect(await statusOf(guess(5))).toBe(429)
  await ownServer.stop('SIGKILL')
  expect(await statusOf(guess(6))).toBe(429)
  await ownServer.start()
})

test('a wrong key is one line of the log', async () => {
  await using database = await openTestDatabase(server)
  const lines: { readonly msg: string; readonly status?: number }[] = []
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) })
  const limits = { ...LIMITS, wrongKeysPerMinute: 1 }
  const options = { databaseUrl: database.url, logger, settings: { ...DEFAULT_SETTINGS, limits } }
  await using opened = await openRegistryServer(options, { signal: AbortSignal.timeout(20_000) })
  lines.length = 0
  for (const status of [401, 429]) {
    const headers = { 'x-api-key': 'wrong' }
    const answer = await opened.app.inject({ method: 'POST', url: '/api/port/get', headers, payload: NEED })
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(answer.json()).toMatchObject({ success: false, title: expect.any(String), requestId: expect.any(String) })
  }
  expect(lines.map(({ msg, status }) => `${msg} ${status}`)).toEqual(['answered 401', 'answered 429'])
})

test('a project has no more claims than the settings say', async () => {
  const limits = { ...LIMITS, claimsPerProject: 1 }
  await using world = await openTestRegistryServer(server, { settings: { limits } })
  await world.call('port_allocate', NEED)
  expect(await world.post('/api/port/allocate', { ...NEED, purpose: 'other' })).toMatchObject({
    status: 409,
    body: { code: 'REGISTRY_QUOTA_REACHED', error: expect.stringContaining('limits.claimsPerProject') },
  })
})
