import { AppError } from '@portolan/errors'
import pino, { type Logger } from 'pino'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { type AppOptions, createApp } from './create-app.ts'
import { outgoingHeaders } from './request-id.ts'

function openLog() {
  const lines: Record<string, unknown>[] = []
  const logger: Logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { lines, logger }
}

function openApp(options: Partial<AppOptions> = {}) {
  const { lines, logger } = openLog()
  const app = createApp({ name: 'sample', logger, ...options })
  app.post(
    '/entries/:id',
    {
      schema: {
        params: Type.Object({ id: Type.Integer() }),
        querystring: Type.Object({ limit: Type.Integer({ default: 10, maximum: 50 }) }),
        body: Type.Object(
          { name: Type.String({ minLength: 1 }), mood: Type.Optional(Type.Enum(['calm', 'rough'])) },
          { additionalProperties: false },
        ),
      },
    },
    (request) => ({ id: request.params.id + 1, limit: request.query.limit, name: request.body.name }),
  )
  app.get('/secret', () => {
    throw new Error('password is hunter2 at 192.0.2.7')
  })
  app.get('/refused', () => {
    throw new AppError('SAMPLE_REFUSED', 'Refused, as expected.', { status: 409, details: { why: 'sample' } })
  })
  app.get('/below', () => {
    throw new AppError('STORE_UNREACHABLE', 'No store at 192.0.2.7.', { status: 503, details: { host: '192.0.2.7' } })
  })
  app.get('/call', (request) => outgoingHeaders(request))
  return { app, lines, [Symbol.asyncDispose]: () => app.close() }
}

test('a valid request reaches its handler with converted values and defaults', async () => {
  await using world = openApp()
  const answer = await world.app.inject({ method: 'POST', url: '/entries/41', payload: { name: 'Ada' } })
  expect(answer.json()).toEqual({ id: 42, limit: 10, name: 'Ada' })
})

test.for([
  ['/entries/1', { name: '' }, 'body', 'name', 'must not have fewer than 1 characters'],
  ['/entries/1', {}, 'body', 'name', 'is missing'],
  ['/entries/1', { name: 'Ada', admin: true }, 'body', 'admin', 'is not known here'],
  ['/entries/1', { name: 'Ada', mood: 'x' }, 'body', 'mood', 'must be "calm" or "rough"'],
  ['/entries/one', { name: 'Ada' }, 'params', 'id', 'must be integer'],
  ['/entries/1?limit=51', { name: 'Ada' }, 'querystring', 'limit', 'must be <= 50'],
  ['/entries/1?limit=5x', { name: 'Ada' }, 'querystring', 'limit', 'must be integer'],
] as const)('%s with %j is a problem with the field and the reason', async ([url, payload, part, field, reason]) => {
  await using world = openApp()
  const answer = await world.app.inject({ method: 'POST', url, payload })
  expect(answer.statusCode).toBe(400)
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(answer.json()).toMatchObject({
    code: 'SERVICE_REQUEST_INVALID',
    status: 400,
    details: { part, faults: [{ field, reason }] },
  })
})

test.for([
  ['{"name":', 'application/json', 400],
  ['<name/>', 'text/xml', 415],
  [JSON.stringify({ name: 'x'.repeat(200) }), 'application/json', 413],
] as const)('a body like %j is refused as a problem with its own status', async ([payload, type, status]) => {
  await using world = openApp({ bodyLimitBytes: 100 })
  const answer = await world.app.inject({
    method: 'POST',
    url: '/entries/1',
    payload,
    headers: { 'content-type': type },
  })
  expect(answer.statusCode).toBe(status)
  expect(answer.json()).toMatchObject({
    code: 'SERVICE_REQUEST_UNREADABLE',
    status,
    title: 'The request cannot be read',
  })
})

test.for(['/nowhere?token=hunter2', '/%zz?token=hunter2'])('%s is a problem without the query', async (url) => {
  await using world = openApp()
  const answer = await world.app.inject({ url })
  expect(answer.statusCode).toBeGreaterThanOrEqual(400)
  expect(answer.headers['x-request-id']).toBe(answer.json().requestId)
  expect(answer.body + JSON.stringify(world.lines)).not.toContain('hunter2')
})

test.for([
  ['GET', '/invitations/hunter2', '/invitations/:token'],
  ['POST', '/invitations/hunter2/accept?again=yes', '/invitations/:token/accept'],
  ['GET', '/%69nvitations/hunter2', '/%69nvitations/:token'],
  ['GET', '/invitations/hunter2/', '/invitations/:token'],
  ['DELETE', '/invitations/hunter2', '/invitations/:token'],
  ['GET', '/invitations', '/invitations'],
  ['GET', '/entries/5', '/entries/5'],
] as const)('%s %s is logged as %s', async ([method, url, path]) => {
  await using world = openApp()
  const config = { secretParameters: ['token'] }
  world.app.get('/invitations/:token', { config }, () => ({}))
  world.app.post('/invitations/:token/accept', { config }, () => ({}))
  const answer = await world.app.inject({ method, url })
  expect(world.lines.at(-1)).toMatchObject({ msg: 'answered', method, path, status: answer.statusCode })
  expect(JSON.stringify(world.lines)).not.toContain('hunter2')
})

test('an unexpected error is answered without its text and logged whole under the same request id', async () => {
  await using world = openApp()
  const answer = await world.app.inject({ url: '/secret' })
  expect(answer.json()).toMatchObject({ code: 'INTERNAL', status: 500 })
  expect(answer.body).not.toContain('hunter2')
  const line = world.lines.find((one) => one.level === 50)
  expect(line).toMatchObject({
    requestId: answer.json().requestId,
    err: { message: expect.stringContaining('hunter2'), stack: expect.any(String) },
  })
})

test('an error of the service is answered with its code and the title of its catalogue', async () => {
  await using world = openApp({ catalogues: [{ SAMPLE_REFUSED: { status: 409, title: 'Refused by the sample' } }] })
  const answer = await world.app.inject({ url: '/refused' })
  expect(answer.json()).toMatchObject({
    status: 409,
    code: 'SAMPLE_REFUSED',
    title: 'Refused by the sample',
    details: { why: 'sample' },
  })
})

test('a failure of what is below the service is told by its code alone, and logged whole', async () => {
  await using world = openApp()
  const answer = await world.app.inject({ url: '/below' })
  expect(answer.json()).toMatchObject({ status: 503, code: 'STORE_UNREACHABLE' })
  expect(answer.body).not.toContain('192.0.2.7')
  expect(world.lines.find((one) => one.level === 40)).toMatchObject({ err: { message: 'No store at 192.0.2.7.' } })
})

test('a harmless request id goes into the answer, the log and the next call; any other is replaced', async () => {
  await using world = openApp()
  const kept = await world.app.inject({ url: '/call', headers: { 'x-request-id': 'trace-1' } })
  expect(kept.headers['x-request-id']).toBe('trace-1')
  expect(kept.json()).toEqual({ 'x-request-id': 'trace-1' })
  expect(world.lines.at(-1)).toMatchObject({ requestId: 'trace-1', path: '/call', status: 200 })
  const replaced = await world.app.inject({ url: '/call', headers: { 'x-request-id': 'a b"}' } })
  expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})

test('ready names the checks that fail or hang, health does not ask them', async () => {
  const ready = {
    postgres: async () => undefined,
    bus: () => Promise.reject(new Error('no route to 192.0.2.7')),
    objects: () => new Promise(() => undefined),
  }
  await using world = openApp({ ready, readyTimeoutMs: 30 })
  const answer = await world.app.inject({ url: '/ready' })
  expect(answer.json()).toMatchObject({
    status: 503,
    code: 'SERVICE_NOT_READY',
    details: { failed: ['bus', 'objects'] },
  })
  expect(answer.body).not.toContain('192.0.2.7')
  expect(world.lines.filter((line) => line.msg === 'a readiness check failed')).toHaveLength(2)
  expect((await world.app.inject({ url: '/health' })).json()).toEqual({ status: 'alive' })
})

test('ready answers 200 when every check passes', async () => {
  await using world = openApp({ ready: { postgres: async () => undefined } })
  const answer = await world.app.inject({ url: '/ready' })
  expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ready', checks: ['postgres'] }])
})

test('metrics count requests by route template and status class, beside the figures of the process', async () => {
  await using world = openApp()
  await world.app.inject({ method: 'POST', url: '/entries/7', payload: { name: 'Ada' } })
  await world.app.inject({ url: '/nowhere/7' })
  await world.app.inject({ url: '/secret' })
  const { body } = await world.app.inject({ url: '/metrics' })
  const count = (route: string, method: string, status: string) =>
    body.includes(
      `http_request_duration_seconds_count{service="sample",method="${method}",route="${route}",status="${status}"} 1`,
    )
  expect([
    count('/entries/:id', 'POST', '2xx'),
    count('unknown', 'GET', '4xx'),
    count('/secret', 'GET', '5xx'),
  ]).toEqual([true, true, true])
  expect(body).toContain('process_cpu_user_seconds_total')
  expect(body.match(/^# TYPE process_cpu_user_seconds_total/gm)).toHaveLength(1)
})
