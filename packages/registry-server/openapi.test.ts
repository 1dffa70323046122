import { AnswerChecker } from '@portolan/openapi/testing'
import { OPERATION_NAMES, pathOf } from '@portolan/operations'
import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { openTestRegistryServer } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const NEED = { project: 'worb', environment: 'production' } as const

test('the document describes every operation, the keys, and what is really answered', async () => {
  await using world = await openTestRegistryServer(server)
  const document: unknown = await (await fetch(`${world.url}/api/openapi.json`)).json()
  expect(document).toMatchObject({
    openapi: '3.1.0',
    components: { securitySchemes: { apiKey: { name: 'X-API-Key' } }, schemas: { Claim: {}, Slots: {} } },
    paths: Object.fromEntries(
      OPERATION_NAMES.map((name) => [
        pathOf(name),
        { post: { operationId: name, security: [{ apiKey: [] }, { bearer: [] }] } },
      ]),
    ),
  })
  expect(JSON.stringify(document)).not.toContain('IDENTITY_')
  const checker = await AnswerChecker.fetch(`${world.url}/api/openapi.json`)
  const ask = async (path: string, body: object, key = world.adminKey) => {
    const { status, headers, body: answered } = await world.post(path, body, { key })
    checker.check({ method: 'POST', path, status, headers, body: answered })
    return status
  }
  expect(await ask('/api/port/allocate', { ...NEED, explain: true, labels: { team: 'a' } })).toBe(200)
  expect(await ask('/api/port/register', { ...NEED, project: 'b', ports: '4100', leaseMs: 1_000 })).toBe(200)
  expect(await ask('/api/slot/deploy', { ...NEED, version: '1' })).toBe(200)
  expect(await ask('/api/slot/list', {})).toBe(200)
  expect(await ask('/api/port/list', { state: 'any' })).toBe(200)
  expect(await ask('/api/port/history', {})).toBe(200)
  expect(await ask('/api/port/check', { ports: '4000-4005' })).toBe(200)
  expect(await ask('/api/host/list', {})).toBe(200)
  expect(await ask('/api/band/list', {})).toBe(200)
  expect(await ask('/api/key/create', { name: 'k', role: 'read', projects: ['*'] })).toBe(200)
  expect(await ask('/api/key/list', {})).toBe(200)
  expect(await ask('/api/port/get', { ...NEED, project: 'nobody' })).toBe(404)
  expect(await ask('/api/port/get', {})).toBe(400)
  expect(await ask('/api/port/get', NEED, 'wrong')).toBe(401)
  expect(await ask('/api/port/release', NEED)).toBe(409)
})
