import { expect, test } from 'vitest'
import { MODULES_LOG } from './start-stack.ts'
import type { Supervisor } from './supervisor.ts'
import { moduleSaying, openStackWorld, SERVER } from './testing.ts'

const POLL = { timeout: 15_000, interval: 20 }
const LIMIT = () => ({ signal: AbortSignal.timeout(20_000) })
const TWO = `
services:
  one: { run: { module: one.ts }, ports: { http: <one> }, health: /health }
  two: { run: { module: two.ts }, ports: { http: <two> }, health: /health }
`
const FILES = { 'one.ts': moduleSaying('first'), 'two.ts': moduleSaying('second') }

test('modules share a process, each on its port and with its own log', async () => {
  await using world = await openStackWorld(TWO, FILES)
  const supervisor = await world.start()
  expect([await world.ask('one'), await world.ask('two')]).toEqual(['first', 'second'])
  expect(new Set(pids(supervisor)).size).toBe(1)
  expect(await world.processes()).toHaveLength(1)
  expect(await world.log('one')).toContain('the module is up')
  expect(await world.log('two')).toContain('the module is up')
  await supervisor.close(LIMIT())
  expect(await world.processes()).toEqual([])
})

test.for([
  { what: 'throws when it is loaded', text: "\nthrow new Error('no luck today')", says: 'stack/broken.ts:2)' },
  { what: 'has no export "service"', text: 'export const other = 1', says: 'it has no export "service"' },
  { what: 'exports something else', text: 'export const service = {}', says: 'it has no export "service"' },
  { what: 'is no TypeScript', text: '\nexport const = 1', says: 'stack/broken.ts:2)' },
  { what: 'imports what is not there', text: "import './missing.ts'", says: 'missing.ts' },
])('a module that $what fails the start with its reason', async ({ text, says }) => {
  const yaml = 'services: { one: { run: { module: broken.ts }, ports: { http: <one> } } }'
  await using world = await openStackWorld(yaml, { 'broken.ts': text })
  await expect(world.start()).rejects.toMatchObject({
    code: 'SUPERVISE_SERVICE_FAILED',
    message: expect.stringContaining(says),
    cause: { code: 'SUPERVISE_MODULE_INVALID' },
  })
  expect(await world.processes()).toEqual([])
})

test('a module whose start never ends fails within the limit, and the others are stopped', async () => {
  const hangs = moduleSaying('never').replace('async start(', 'start: () => new Promise(() => undefined), async other(')
  const limited = TWO.replace('<two> }, health: /health', '<two> }, health: { path: /health, startTimeoutMs: 1500 }')
  await using world = await openStackWorld(limited, { ...FILES, 'two.ts': hangs })
  await expect(world.start()).rejects.toThrow('its start did not come to an end within 1500 ms')
  expect(await world.processes()).toEqual([])
})

test('when their process is killed all modules come back in a new one', async () => {
  await using world = await openStackWorld(TWO, FILES)
  const supervisor = await world.start()
  const [before] = pids(supervisor)
  process.kill(before ?? 0, 'SIGKILL')
  await expect.poll(() => restarts(supervisor), POLL).toEqual([1, 1])
  await expect.poll(() => states(supervisor), POLL).toEqual(['healthy', 'healthy'])
  expect([await world.ask('one'), await world.ask('two')]).toEqual(['first', 'second'])
  expect(new Set(pids(supervisor)).size).toBe(1)
  expect(pids(supervisor)).not.toContain(before)
  expect(await world.log('one')).toContain('the process of the modules is gone: it ended with signal SIGKILL.')
})

test('what a module throws where nobody catches is in the log of the modules', async () => {
  await using world = await openStackWorld(TWO, FILES)
  const supervisor = await world.start()
  await world.ask('one', '/throw')
  await expect.poll(() => world.log(MODULES_LOG), POLL).toContain('thrown where nobody catches')
  await expect.poll(() => restarts(supervisor), POLL).toEqual([1, 1])
  await expect.poll(() => states(supervisor), POLL).toEqual(['healthy', 'healthy'])
})

test('the restart of one restarts all, and takes up code that has changed', async () => {
  await using world = await openStackWorld(
    `${TWO}  web: { ${SERVER}, ports: { http: <web> }, needs: { one: {} } }\n`,
    FILES,
  )
  const supervisor = await world.start()
  const web = supervisor.status().services.find(({ name }) => name === 'web')?.pid
  await world.write({ 'two.ts': moduleSaying('changed') })
  await supervisor.restart('one', LIMIT())
  expect([await world.ask('one'), await world.ask('two')]).toEqual(['first', 'changed'])
  expect(supervisor.status().services.find(({ name }) => name === 'web')?.pid).toBe(web)
})

test('a restart that finds broken code fails for that module alone, and the next one repairs it', async () => {
  const needing = TWO.replace('ports: { http: <one> }', 'ports: { http: <one> }, needs: { two: {} }')
  await using world = await openStackWorld(needing, FILES)
  const supervisor = await world.start()
  await world.write({ 'two.ts': "throw new Error('half written')" })
  await expect(supervisor.restart('two', LIMIT())).rejects.toThrow('half written')
  expect(states(supervisor)).toEqual(['healthy', 'failed'])
  expect(await world.ask('one')).toBe('first')
  await world.write({ 'two.ts': moduleSaying('repaired') })
  await supervisor.restart('two', LIMIT())
  expect(states(supervisor)).toEqual(['healthy', 'healthy'])
  expect(await world.ask('two')).toBe('repaired')
})

test('a module that hangs the process is ended with it', async () => {
  await using world = await openStackWorld(TWO, FILES)
  const supervisor = await world.start()
  const spinning = world.ask('one', '/spin')
  await expect.poll(() => world.log('one'), POLL).toContain('spins')
  await supervisor.close({ signal: AbortSignal.timeout(300) })
  await spinning
  expect(await world.processes()).toEqual([])
})

test('abandoning the start of one module leaves the ports of all free', async () => {
  const hangs = `
    import { once } from 'node:events'
    import { createServer } from 'node:net'
    import { defineService, LISTEN_ENVIRONMENT } from '@portolan/service'
    import { Type } from 'typebox'
    export const service = defineService({
      name: 'hangs',
      environment: Type.Object(LISTEN_ENVIRONMENT),
      async start({ environment, logger, signal }) {
        const server = createServer().listen(environment.PORT, environment.HOST)
        logger.info('listens and goes on')
        await once(signal, 'abort')
        server.close()
        throw signal.reason
      },
    })`
  await using world = await openStackWorld(TWO, { ...FILES, 'two.ts': hangs })
  const told = new AbortController()
  const starting = world.start({ signal: told.signal })
  starting.catch(() => undefined) // expected below
  await expect.poll(() => world.log('two'), POLL).toContain('listens and goes on')
  told.abort()
  await expect(starting).rejects.toBe(told.signal.reason)
  expect(await world.processes()).toEqual([])
})

function pids(supervisor: Supervisor): readonly (number | null)[] {
  return modulesOf(supervisor).map(({ pid }) => pid)
}

function restarts(supervisor: Supervisor): readonly number[] {
  return modulesOf(supervisor).map((one) => one.restarts)
}

function states(supervisor: Supervisor): readonly string[] {
  return modulesOf(supervisor).map(({ state }) => state)
}

function modulesOf(supervisor: Supervisor) {
  return supervisor.status().services.filter(({ name }) => name === 'one' || name === 'two')
}
