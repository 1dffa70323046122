import { errorMessage } from '@portolan/errors'
import { expect, test } from 'vitest'
import type { Supervisor } from './supervisor.ts'
import { openStackWorld, SERVER, type StackWorld } from './testing.ts'

const POLL = { timeout: 10_000, interval: 20 }
const LIMIT = () => ({ signal: AbortSignal.timeout(20_000) })

test('a service that is killed is started again, and the reason is kept', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start()
  const before = pidOf(supervisor, 'web')
  process.kill(before, 'SIGKILL')
  await expect.poll(() => world.history('web'), POLL).toContain('web: healthy → failed')
  await expect.poll(() => stateOf(supervisor, 'web'), POLL).toMatchObject({ state: 'healthy', restarts: 1 })
  expect(pidOf(supervisor, 'web')).not.toBe(before)
  expect(world.changes.find(({ to }) => to === 'failed')?.reason).toBe('it ended with signal SIGKILL.')
  expect(await world.log('web')).toContain('sys it ended with signal SIGKILL. Starting it again in 50 ms (restart 1).')
})

test('the delays between restarts grow up to the longest, and each failure says why', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> } }
`)
  const supervisor = await world.start({ times: { startLookMs: 10, firstDelayMs: 10, longestDelayMs: 40 } })
  await world.write({ 'server.mjs': "console.log('broken meanwhile')\nprocess.exit(9)" })
  process.kill(pidOf(supervisor, 'web'), 'SIGKILL')
  await expect.poll(() => supervisor.status().services[0]?.restarts, POLL).toBeGreaterThan(4)
  const delays = [...(await world.log('web')).matchAll(/again in (\d+) ms/g)].map(([, ms]) => Number(ms))
  expect(delays.slice(0, 5)).toEqual([10, 20, 40, 40, 40])
  expect(await world.log('web')).toContain('sys did not start: it ended with exit status 9.')
})

test('a service that worked for long begins again with the first delay', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start({ times: { startLookMs: 10, firstDelayMs: 10, steadyMs: 0 } })
  for (let count = 1; count <= 3; count += 1) {
    process.kill(pidOf(supervisor, 'web'), 'SIGKILL')
    await expect.poll(() => stateOf(supervisor, 'web'), POLL).toMatchObject({ state: 'healthy', restarts: count })
  }
  expect((await world.log('web')).match(/again in 10 ms/g)).toHaveLength(3)
})

test('closing during the delay of a restart ends the waiting', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start({ times: { firstDelayMs: 3_600_000, longestDelayMs: 3_600_000 } })
  process.kill(pidOf(supervisor, 'web'), 'SIGKILL')
  await expect.poll(() => world.log('web'), POLL).toContain('Starting it again')
  expect(stateOf(supervisor, 'web')).toMatchObject({ state: 'failed', reason: 'it ended with signal SIGKILL.' })
  await supervisor.close(LIMIT())
  expect(stateOf(supervisor, 'web').state).toBe('stopped')
})

test('a service that dies takes the rest of its group with it before it is started again', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, environment: { GRANDCHILD: stubborn } }
`)
  const supervisor = await world.start()
  await expect.poll(() => grandchildren(world), POLL).toHaveLength(1)
  process.kill(pidOf(supervisor, 'web'), 'SIGKILL')
  await expect.poll(() => grandchildren(world), POLL).toHaveLength(2)
  await expect.poll(() => stateOf(supervisor, 'web'), POLL).toMatchObject({ state: 'healthy' })
  expect(await world.processes()).toHaveLength(2)
  await supervisor.close({ signal: AbortSignal.timeout(200) }) // the grandchild ignores what it is asked
})

test('one that hangs becomes unhealthy, and healthy again when it goes on', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, health: { path: /health, intervalMs: 50, timeoutMs: 100 } }
`)
  const supervisor = await world.start()
  process.kill(pidOf(supervisor, 'web'), 'SIGSTOP')
  await expect
    .poll(() => stateOf(supervisor, 'web'), POLL)
    .toMatchObject({ state: 'unhealthy', reason: expect.stringContaining('did not answer in time') })
  process.kill(pidOf(supervisor, 'web'), 'SIGCONT')
  await expect.poll(() => stateOf(supervisor, 'web').state, POLL).toBe('healthy')
  expect(stateOf(supervisor, 'web')).not.toHaveProperty('reason')
  expect(stateOf(supervisor, 'web').restarts).toBe(0)
})

test('a restart by name stops the service and starts it again, and leaves the others alone', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, needs: { store: {} } }
  store: { ${SERVER}, ports: { http: <store> } }
`)
  const supervisor = await world.start()
  const before = [pidOf(supervisor, 'web'), pidOf(supervisor, 'store')]
  await supervisor.restart('store', LIMIT())
  expect(pidOf(supervisor, 'web')).toBe(before[0])
  expect(pidOf(supervisor, 'store')).not.toBe(before[1])
  expect(stateOf(supervisor, 'store')).toMatchObject({ state: 'healthy', restarts: 0 })
  expect(await world.log('store')).toContain('sys restarted by hand')
  await expect(supervisor.restart('nobody', LIMIT())).rejects.toMatchObject({ code: 'SUPERVISE_SERVICE_UNKNOWN' })
})

test('two restarts at once take turns, and one process is left', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start()
  await Promise.all([1, 2, 3].map(() => supervisor.restart('web', LIMIT())))
  expect(world.history('web').filter((line) => line === 'web: starting → healthy')).toHaveLength(4)
  expect(await world.processes()).toEqual([pidOf(supervisor, 'web')])
})

test('a restart that fails says why, stays failed, and the next one brings the service back', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start()
  await world.write({ 'server.mjs': 'process.exit(4)' })
  await expect(supervisor.restart('web', LIMIT())).rejects.toThrow('it ended with exit status 4')
  expect(stateOf(supervisor, 'web')).toMatchObject({ state: 'failed', reason: 'it ended with exit status 4.' })
  await world.write({
    'server.mjs': "import { createServer } from 'node:http'; createServer().listen(process.env.PORT)",
  })
  await supervisor.restart('web', LIMIT())
  expect(stateOf(supervisor, 'web').state).toBe('healthy')
})

test('closing during a restart leaves nothing, and the restart is told', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start()
  const restarting = supervisor.restart('web', LIMIT()).then(
    () => 'restarted',
    (error: unknown) => errorMessage(error),
  )
  await expect.poll(() => world.history('web'), POLL).toContain('web: stopped → starting')
  await supervisor.close(LIMIT())
  expect(await restarting).toContain('is being stopped')
  expect(await world.processes()).toEqual([])
})

function stateOf(supervisor: Supervisor, name: string) {
  const service = supervisor.status().services.find((one) => one.name === name)
  if (service === undefined) throw new Error(`The stack has no "${name}".`)
  return service
}

function pidOf(supervisor: Supervisor, name: string): number {
  return stateOf(supervisor, name).pid ?? 0
}

async function grandchildren(world: StackWorld): Promise<readonly string[]> {
  return (await world.log('web')).match(/grandchild \d+/g) ?? []
}
