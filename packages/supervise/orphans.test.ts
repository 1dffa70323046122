import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { identifyProcess, isRunning, type ProcessIdentity } from '@portolan/observe'
import { openConnection } from '@portolan/postgres'
import { expect, test } from 'vitest'
import { prepareDataFolder, readJson } from './data-folder.ts'
import { endOrphans } from './orphans.ts'
import { readRunState, writeRunState } from './run-state.ts'
import { moduleSaying, openStackWorld, SERVER, type StackWorld } from './testing.ts'

const POLL = { timeout: 20_000, interval: 20 }
const LIMIT = () => ({ signal: AbortSignal.timeout(20_000) })

test('what a killed supervisor left is ended by the next start, which says so', async () => {
  await using world = await openStackWorld(
    `
gateway: { ports: { http: <gate> } }
services:
  web: { ${SERVER}, ports: { http: <web> }, environment: { GRANDCHILD: yes }, routes: [/] }
  one: { run: { module: one.ts }, ports: { http: <one> } }
`,
    { 'one.ts': moduleSaying('first') },
  )
  const up = world.up()
  await expect.poll(() => up.lines, POLL).toContainEqual({ ready: true })
  await expect.poll(() => world.log('web'), POLL).toContain('grandchild')
  // A server and what it started, the modules, and of the gateway the primary and a worker.
  expect(await world.processes()).toHaveLength(5)
  await up.kill()
  // The gateway and the modules go by themselves, once they notice.
  await expect.poll(() => world.processes(), POLL).toHaveLength(2)
  await world.start()
  expect(world.notes).toEqual(['Ended 2 processes that an earlier run had left behind.'])
  expect(await world.ask('gate')).toBe('ok')
  await expect.poll(async () => (await world.log('web')).match(/grandchild/g), POLL).toHaveLength(2)
})

test('so is what it left in the middle of a start', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, health: /health, environment: { HEALTH: 503 } }
`)
  const up = world.up()
  await expect.poll(() => world.log('web'), POLL).toContain('listens')
  expect(await readRunState(world.dataFolder())).toMatchObject({ processes: [{ pid: expect.any(Number) }] })
  await up.kill()
  expect(await world.processes()).toHaveLength(1)
  expect(await endOrphans(world.dataFolder(), LIMIT())).toBe(1)
  expect(await world.processes()).toEqual([])
})

test('an orphan that left its group is found by the mark in its environment', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, environment: { GRANDCHILD: detached } }
`)
  const up = world.up()
  await expect.poll(() => world.log('web'), POLL).toContain('grandchild')
  await expect.poll(() => up.lines, POLL).toContainEqual({ ready: true })
  await up.kill()
  const [, grandchild = 0] = /grandchild (\d+)/.exec(await world.log('web')) ?? []
  expect(await world.processes()).toContain(Number(grandchild))
  expect(await endOrphans(world.dataFolder(), LIMIT())).toBe(2)
  expect(await world.processes()).toEqual([])
})

test('an orphan that ignores the request to end is killed; at once when nobody wants to wait', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, environment: { IGNORES_TERM: yes } }
`)
  const up = world.up()
  await expect.poll(() => up.lines, POLL).toContainEqual({ ready: true })
  await up.kill()
  expect(await endOrphans(world.dataFolder(), { signal: AbortSignal.abort() })).toBe(1)
  expect(await world.processes()).toEqual([])
})

test.for([
  { what: 'started at another time', change: { startTicks: 1 } },
  { what: 'started after another boot', change: { bootId: 'another' } },
])('a process with the number of one that was ours, but $what, is left alone', async ({ change }) => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  await using stranger = await startStranger()
  await leave(world, { ...stranger.identity, ...change })
  expect(await endOrphans(world.dataFolder(), LIMIT())).toBe(0)
  expect(await isRunning(stranger.identity)).toBe(true)
})

test('a process that is still ours is ended, also without a mark', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  await using stranger = await startStranger()
  await leave(world, stranger.identity)
  expect(await endOrphans(world.dataFolder(), LIMIT())).toBe(1)
  expect(await isRunning(stranger.identity)).toBe(false)
})

test.for(['running', 'starting'] as const)(
  'what PostgreSQL holds survives a supervisor that is killed while it is %s',
  async (when) => {
    await using world = await openStackWorld(`
services:
  postgres: { run: { embedded: postgres }, ports: { sql: { port: <sql>, speaks: postgres } } }
  web: { ${SERVER}, ports: { http: <web> }, needs: { postgres: { database: web_db } }, environment: { GRANDCHILD: yes } }
`)
    const first = world.up()
    await expect.poll(() => first.lines, POLL).toContainEqual({ ready: true })
    const url = await databaseUrlOf(world)
    await query(url, "create table kept as select 'still here' as word")
    if (when === 'starting') {
      await first.kill()
      const second = world.up()
      await expect.poll(() => second.lines, POLL).toContainEqual({ service: 'postgres', to: 'starting' })
      await expect.poll(async () => (await readRunState(world.dataFolder()))?.processes.length, POLL).toBe(1)
      await second.kill()
    } else await first.kill()
    await world.start()
    expect(world.notes).toEqual([
      expect.stringMatching(/^Ended (a process|\d+ processes) that an earlier run had left behind/),
    ])
    expect(await databaseUrlOf(world)).toBe(url)
    expect(await query(url, 'select word from kept')).toEqual([{ word: 'still here' }])
  },
)

test('secrets that got lost are made anew, and the data stays', async () => {
  await using world = await openStackWorld(`
services:
  postgres: { run: { embedded: postgres }, ports: { sql: { port: <sql>, speaks: postgres } } }
  web: { ${SERVER}, ports: { http: <web> }, needs: { postgres: { database: web_db } } }
`)
  const first = await world.start()
  const before = await databaseUrlOf(world)
  await query(before, "create table kept as select 'still here' as word")
  await first.close(LIMIT())
  await world.write({ '.portolan/development/secrets.json': '{"postgres/web_us' })
  await world.start()
  const after = await databaseUrlOf(world)
  expect(after).not.toBe(before)
  expect(await query(after, 'select word from kept')).toEqual([{ word: 'still here' }])
  expect(await readJson(world.dataFolder().secretsFile)).toMatchObject({ 'postgres/web_user': expect.any(String) })
})

async function databaseUrlOf(world: StackWorld): Promise<string> {
  const told: unknown = JSON.parse((await world.ask('web', '/environment')) ?? '{}')
  return typeof told === 'object' && told !== null && 'DATABASE_URL' in told ? String(told.DATABASE_URL) : ''
}

async function query(url: string, text: string): Promise<readonly unknown[]> {
  await using connection = await openConnection(url, LIMIT())
  return (await connection.client.query(text)).rows
}

/** Writes down what a run would have that had started this process. */
async function leave(world: StackWorld, identity: ProcessIdentity): Promise<void> {
  const folder = world.dataFolder()
  await prepareDataFolder(folder)
  const status = { stack: 'world', environment: 'development', services: [] }
  const { controlSocket } = folder
  const startedAt = new Date().toISOString()
  await writeRunState(folder, { supervisor: undefined, startedAt, controlSocket, processes: [identity], status })
}

async function startStranger() {
  const child: ChildProcess = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
  await once(child, 'spawn')
  const identity = await identifyProcess(child.pid ?? 0)
  if (identity === undefined) throw new Error('It runs.')
  return {
    identity,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
