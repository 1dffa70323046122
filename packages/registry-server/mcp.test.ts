import { request } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { openTestRegistryServer, type TestRegistryServer } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const NEED = { project: 'worb', environment: 'production' } as const

/** It is one; only the SDK's types are not written for exactOptionalPropertyTypes. */
function assertTransport(transport: unknown): asserts transport is Transport {
  expect(transport).toBeInstanceOf(StreamableHTTPClientTransport)
}

/** The SDK's own client. */
async function openClient({ url, adminKey }: TestRegistryServer, key = adminKey) {
  const client = new Client({ name: 'test', version: '1' })
  const options = { requestInit: { headers: { 'x-api-key': key } } }
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), options)
  assertTransport(transport)
  await client.connect(transport)
  return { client, [Symbol.asyncDispose]: () => client.close() }
}

test('an agent allocates, deploys, promotes, rolls back and releases over streamable HTTP', async () => {
  await using world = await openTestRegistryServer(server)
  await using agent = await openClient(world)
  const call = async (name: string, input: object) => {
    const { isError, structuredContent, content } = await agent.client.callTool({ name, arguments: { ...input } })
    expect(isError ?? false).toBe(false)
    expect(content).toEqual([{ type: 'text', text: JSON.stringify(structuredContent) }])
    return structuredContent
  }
  expect(await call('port_allocate', NEED)).toMatchObject({ success: true, blue: 4000, green: 4001, isNew: true })
  expect(await call('port_get', NEED)).toMatchObject({ blue: 4000, isNew: false })
  expect(await call('port_check', { ports: '4000-4001' })).toMatchObject({ state: 'taken' })
  expect(await call('slot_deploy', { ...NEED, version: '1.0.0' })).toMatchObject({
    blue: { state: 'deployed', port: 4000 },
  })
  expect(await call('slot_promote', NEED)).toMatchObject({
    active: 'blue',
    blue: { state: 'active', version: '1.0.0' },
  })
  await call('slot_deploy', { ...NEED, version: '2.0.0' })
  expect(await call('slot_promote', NEED)).toMatchObject({ active: 'green', blue: { state: 'grace' } })
  expect(await call('slot_rollback', NEED)).toMatchObject({ active: 'blue', green: { state: 'grace' } })
  expect(await call('slot_list', {})).toMatchObject({ slots: [{ project: 'worb', active: 'blue' }] })
  await call('slot_clear', { ...NEED, half: 'green' })
  await call('slot_retire', { ...NEED, graceMs: 0 })
  expect(await call('slot_expire', NEED)).toMatchObject({ blue: { state: 'empty' }, green: { state: 'empty' } })
  expect(await call('port_release', NEED)).toMatchObject({ wasReleased: true })
  expect(await call('port_release', NEED)).toMatchObject({ wasReleased: false })
})

test('the tools have the names of the document, schemas, titles and hints', async () => {
  await using world = await openTestRegistryServer(server)
  await using agent = await openClient(world)
  const { tools } = await agent.client.listTools()
  const names = tools.map(({ name }) => name)
  for (const name of ['port_register', 'port_allocate', 'port_check', 'port_list', 'port_release', 'port_sync']) {
    expect(names).toContain(name)
  }
  expect(names.filter((name) => name.startsWith('key_'))).toEqual([])
  for (const tool of tools) {
    expect(tool).toMatchObject({ title: expect.any(String), description: expect.stringMatching(/\.$/) })
    expect(tool.inputSchema.type).toBe('object')
    expect(tool.outputSchema?.required).toContain('success')
    expect(tool.annotations).toMatchObject({ openWorldHint: false, readOnlyHint: expect.any(Boolean) })
  }
  const hintsOf = (wanted: string) => tools.find(({ name }) => name === wanted)?.annotations
  expect(hintsOf('port_list')).toMatchObject({ readOnlyHint: true, destructiveHint: false })
  expect(hintsOf('port_allocate')).toMatchObject({ readOnlyHint: false, destructiveHint: false, idempotentHint: true })
  expect(hintsOf('port_release')).toMatchObject({ readOnlyHint: false, destructiveHint: true })
})

test('what is refused is an error with its code, that the agent can read', async () => {
  await using world = await openTestRegistryServer(server)
  await using agent = await openClient(world)
  const refusal = async (name: string, input: object) => {
    const { isError, content, _meta } = await agent.client.callTool({ name, arguments: { ...input } })
    const [first] = Array.isArray(content) ? content : []
    return { isError, meta: _meta, problem: JSON.parse(first?.text ?? '') }
  }
  expect(await refusal('port_get', NEED)).toMatchObject({
    isError: true,
    meta: { code: 'REGISTRY_PROJECT_MISSING' },
    problem: {
      success: false,
      code: 'REGISTRY_PROJECT_MISSING',
      error: expect.stringContaining('"worb" holds no ports'),
    },
  })
  expect((await refusal('port_allocate', { project: 'worb' })).problem).toMatchObject({
    code: 'REGISTRY_REQUEST_INVALID',
    details: { faults: [{ field: 'environment', expected: 'given' }] },
  })
  expect((await refusal('key_create', {})).problem).toMatchObject({ code: 'OPERATIONS_UNKNOWN' })
  expect((await refusal('port_steal', {})).problem).toMatchObject({ code: 'OPERATIONS_UNKNOWN' })
})

test('an agent with a key of few rights is offered what it may, and held to its projects', async () => {
  await using world = await openTestRegistryServer(server)
  const key = await world.makeKey({ name: 'agent', role: 'read', projects: ['worb'] })
  await using agent = await openClient(world, key)
  const { tools } = await agent.client.listTools()
  expect(new Set(tools.map(({ annotations }) => annotations?.readOnlyHint))).toEqual(new Set([true]))
  const foreign = await agent.client.callTool({ name: 'port_get', arguments: { ...NEED, project: 'vsvs-kr' } })
  expect(foreign).toMatchObject({ isError: true, _meta: { code: 'OPERATIONS_PROJECT_REFUSED' } })
  const wrong = await agent.client.callTool({ name: 'port_allocate', arguments: NEED })
  expect(wrong).toMatchObject({ isError: true, _meta: { code: 'OPERATIONS_UNKNOWN' } })
})

test('without a key nobody gets in', async () => {
  await using world = await openTestRegistryServer(server)
  await expect(openClient(world, '')).rejects.toThrow(/401|key/i)
})

/** By hand, for fetch writes the header `host` itself. */
function postAs({ url, adminKey }: TestRegistryServer, headers: Record<string, string>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const type = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const sent = request(
    `${url}/mcp`,
    { method: 'POST', headers: { ...type, 'x-api-key': adminKey, ...headers } },
    (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode))
    },
  )
  sent.once('error', reject).end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }))
  return promise
}

test('a foreign name and a foreign page are refused, a declared one is not', async () => {
  const mcp = { hosts: ['registry.example.com'], origins: ['https://tools.example.com'] }
  await using world = await openTestRegistryServer(server, { settings: { mcp } })
  expect(await postAs(world, {})).toBe(200)
  expect(await postAs(world, { host: 'Registry.example.com:8443' })).toBe(200)
  expect(await postAs(world, { host: 'evil.example.com' })).toBe(403)
  expect(await postAs(world, { host: 'localhost.evil.example.com' })).toBe(403)
  expect(await postAs(world, { origin: 'https://tools.example.com' })).toBe(200)
  expect(await postAs(world, { origin: 'https://evil.example.com' })).toBe(403)
  expect(await postAs(world, { origin: 'null' })).toBe(403)
})

test('there is no session and no stream to ask for', async () => {
  await using world = await openTestRegistryServer(server)
  const answer = await fetch(`${world.url}/mcp`, {
    headers: { 'x-api-key': world.adminKey, accept: 'text/event-stream' },
  })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  expect(await answer.json()).toMatchObject({ code: 'REGISTRY_SERVER_METHOD_REFUSED' })
})
