import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistryServer, type TestRegistryServer } from '@portolan/registry-server/testing'
import { afterAll, expect, test } from 'vitest'
import { runCli } from '../testing.ts'

const postgres = await openTestPostgres()
const server = await openTestRegistryServer(postgres)
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const environmentOf = ({ url, adminKey }: TestRegistryServer) => ({
  PORTOLAN_REGISTRY: url,
  PORTOLAN_REGISTRY_KEY: adminKey,
})

/** An agent's own client, with the server as the process that it starts. */
async function openAgent(args: readonly string[] = []) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, 'mcp', ...args],
    env: { PATH: process.env.PATH ?? '', ...environmentOf(server) },
  })
  const client = new Client({ name: 'agent', version: '1.0.0' })
  await client.connect(transport)
  return { client, [Symbol.asyncDispose]: () => client.close() }
}

test('an agent allocates, checks, lists and releases, and is refused with a code', async () => {
  await using agent = await openAgent()
  const { tools } = await agent.client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['port_register', 'port_allocate', 'port_check', 'port_list', 'port_release', 'slot_list']),
  )
  const call = (name: string, input: Readonly<Record<string, unknown>>) =>
    agent.client.callTool({ name, arguments: input })
  const allocated = await call('port_allocate', { project: 'worb', environment: 'production' })
  expect(allocated.structuredContent).toMatchObject({ success: true, blue: 4000, green: 4001, isNew: true })
  const checked = await call('port_check', { ports: '4000' })
  expect(checked.structuredContent).toMatchObject({ state: 'taken', isFree: false })
  const released = await call('port_release', { project: 'worb', environment: 'production' })
  expect(released.structuredContent).toMatchObject({ wasReleased: true })
  const refused = await call('port_get', { project: 'worb', environment: 'production' })
  expect(refused).toMatchObject({ isError: true, _meta: { code: 'REGISTRY_PROJECT_MISSING' } })
})

test('an agent that may only read is offered nothing else', async () => {
  await using agent = await openAgent(['--role', 'read'])
  const { tools } = await agent.client.listTools()
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true)
})

test('it ends when nobody speaks to it any more, and writes nothing but the protocol', async () => {
  const { exitCode, stdout } = await runCli(['mcp'], { environment: environmentOf(server), stdin: '' })
  expect([exitCode, stdout]).toEqual([0, ''])
})
