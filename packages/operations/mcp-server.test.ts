import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { AppError } from '@portolan/errors'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistry } from '@portolan/registry/testing'
import { afterAll, expect, test } from 'vitest'
import type { Door } from './door.ts'
import { createMcpServer } from './mcp-server.ts'
import { OPERATIONS, type OperationsByName } from './operations.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const NEED = { project: 'worb', environment: 'production' } as const
const MAIN = new URL('./fixtures/main.ts', import.meta.url).pathname

test('a real client talks to it over standard input and output', async () => {
  await using world = await openTestRegistry(server)
  const env = { DATABASE_URL: world.databaseUrl, PATH: process.env.PATH ?? '' }
  const transport = new StdioClientTransport({ command: process.execPath, args: [MAIN], env })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  const pid = transport.pid
  try {
    expect(client.getServerVersion()).toMatchObject({ name: 'portolan' })
    expect(client.getInstructions()).toContain('port_allocate')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['port_register', 'slot_promote']))
    const { structuredContent } = await client.callTool({ name: 'port_allocate', arguments: NEED })
    expect(structuredContent).toMatchObject({ success: true, blue: 4000, green: 4001 })
    const refused = await client.callTool({ name: 'port_register', arguments: { ...NEED, project: 'b', blue: 4101 } })
    expect(refused).toMatchObject({ isError: true, _meta: { code: 'REGISTRY_PAIR_INVALID' } })
    expect((await world.registry.listClaims({}, waiting())).claims).toMatchObject([{ project: 'worb' }])
  } finally {
    await client.close()
  }
  await expect.poll(() => isRunning(pid)).toBe(false)
})

function waiting(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(10_000) }
}

function isRunning(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0)
  } catch {
    return false // there is no such process
  }
}

async function openPair(door: Door, onFailure: (error: unknown) => void) {
  const mcp = await createMcpServer({ door, onFailure })
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  const client = new Client({ name: 'test', version: '1' })
  await Promise.all([mcp.connect(ours), client.connect(theirs)])
  return { client, [Symbol.asyncDispose]: () => client.close() }
}

test('what is no error of ours is told to whoever serves, and not to the agent', async () => {
  const failures: unknown[] = []
  const failing: Door = { call: () => Promise.reject(new Error('password=hunter2')) }
  await using pair = await openPair(failing, (error) => failures.push(error))
  const result = await pair.client.callTool({ name: 'port_get', arguments: NEED })
  expect(result).toMatchObject({ isError: true, _meta: { code: 'INTERNAL' } })
  expect(JSON.stringify(result)).not.toContain('hunter2')
  expect(failures).toMatchObject([{ message: 'password=hunter2' }])
})

test('a call that the agent takes back is ended', async () => {
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<unknown>()
  const slow: Door = {
    call: (_name, _input, { signal }) =>
      new Promise((_resolve, reject) => {
        begun.resolve()
        signal.addEventListener('abort', () => {
          ended.resolve('ended')
          reject(new AppError('X_ENDED', 'It was ended.'))
        })
      }),
  }
  await using pair = await openPair(slow, () => undefined)
  const leaving = new AbortController()
  const asked = pair.client.callTool({ name: 'port_get', arguments: NEED }, undefined, { signal: leaving.signal })
  const left = expect(asked).rejects.toThrow()
  await begun.promise
  leaving.abort('enough')
  await left
  expect(await ended.promise).toBe('ended')
})

test('an answer is text once more as long as that is short, and else says where it stands', async () => {
  const byName: OperationsByName = OPERATIONS
  const pad = 'x'.repeat(20_000)
  const large: Door = { call: async (name) => byName[name].parseAnswer({ success: true, slots: [], pad }) }
  await using pair = await openPair(large, () => undefined)
  const { content, structuredContent } = await pair.client.callTool({ name: 'slot_list', arguments: {} })
  expect(structuredContent).toEqual({ success: true, slots: [], pad })
  expect(JSON.stringify(content).length).toBeLessThan(1_000)
  expect(content).toMatchObject([{ type: 'text', text: expect.stringContaining('"structuredContent"') }])
})
