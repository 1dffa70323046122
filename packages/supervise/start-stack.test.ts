import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { acquireFolderLock } from './folder-lock.ts'
import { readRunState } from './run-state.ts'
import { freePorts, openStackWorld, SERVER } from './testing.ts'

test('a service is told its ports, and the stack is ready when every health check has passed', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, health: /health, environment: { WORD: "{port:http}" } }
`)
  const supervisor = await world.start({ inherited: { PATH: process.env.PATH, KEPT: 'inherited' } })
  const told: unknown = JSON.parse((await world.ask('web', '/environment')) ?? '')
  const port = String(world.port('web'))
  expect(told).toMatchObject({ PORT: port, HOST: '127.0.0.1', WORD: port, KEPT: 'inherited', PORTOLAN_SERVICE: 'web' })
  expect(supervisor.status()).toEqual({
    stack: 'world',
    environment: 'development',
    services: [
      {
        name: 'web',
        state: 'healthy',
        pid: expect.any(Number),
        ports: [{ name: 'http', port: world.port('web'), transport: 'tcp', url: `http://127.0.0.1:${port}` }],
        restarts: 0,
        since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ],
  })
  expect(world.history()).toEqual(['web: waiting → starting', 'web: starting → healthy'])
})

test('what a service needs is healthy before it starts, and what needs nothing starts at once', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, needs: { board: {}, user: {} }, health: /health }
  board: { ${SERVER}, ports: { http: <board> }, needs: { store: {} }, health: /health }
  user: { ${SERVER}, ports: { http: <user> }, health: /health }
  store: { ${SERVER}, ports: { http: <store> }, health: /health }
`)
  await world.start()
  const history = world.history()
  const when = (text: string) => history.indexOf(text)
  expect(when('store: starting → healthy')).toBeLessThan(when('board: waiting → starting'))
  expect(when('board: starting → healthy')).toBeLessThan(when('web: waiting → starting'))
  expect(when('user: starting → healthy')).toBeLessThan(when('web: waiting → starting'))
  expect(history.slice(0, 2).toSorted()).toEqual(['store: waiting → starting', 'user: waiting → starting'])
})

test('it stops in reverse, the gateway first of all, and nothing is left', async () => {
  await using world = await openStackWorld(`
gateway: { ports: { http: <gate> } }
services:
  web: { ${SERVER}, ports: { http: <web> }, needs: { board: {} }, routes: [/] }
  board: { ${SERVER}, ports: { http: <board> }, environment: { STOP_MS: 100 } }
`)
  const supervisor = await world.start()
  expect(await world.ask('gate')).toBe('ok')
  await supervisor.close({ signal: AbortSignal.timeout(10_000) })
  expect(world.history().slice(-6)).toEqual([
    'gateway: healthy → stopping',
    'gateway: stopping → stopped',
    'web: healthy → stopping',
    'web: stopping → stopped',
    'board: healthy → stopping',
    'board: stopping → stopped',
  ])
  expect(await world.processes()).toEqual([])
  expect(await world.log('board')).toContain('told to stop')
  expect(await readRunState(world.dataFolder())).toMatchObject({ processes: [] })
})

test('closing twice is closing once, and lets the folder go', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start()
  const closing = supervisor.close({ signal: AbortSignal.timeout(10_000) })
  expect(supervisor.close({ signal: AbortSignal.abort() })).toBe(closing)
  await closing
  using lock = acquireFolderLock(world.dataFolder().lockFile)
  expect(lock).toBeDefined()
  await expect(supervisor.restart('web', { signal: AbortSignal.timeout(1_000) })).rejects.toMatchObject({
    code: 'SUPERVISE_NOT_RUNNING',
  })
  expect(await world.processes()).toEqual([])
})

test('what ignores the request to stop is killed when the grace is over, a grandchild as well', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, environment: { IGNORES_TERM: yes, GRANDCHILD: stubborn } }
`)
  const supervisor = await world.start()
  await expect.poll(() => world.log('web')).toContain('grandchild')
  expect(await world.processes()).toHaveLength(2)
  await supervisor.close({ signal: AbortSignal.timeout(400) })
  expect(await world.processes()).toEqual([])
})

test('what has left the group of its service ends with the stack, and that is said', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, environment: { GRANDCHILD: detached } }
`)
  const supervisor = await world.start()
  await expect.poll(() => world.log('web')).toContain('grandchild')
  expect(await world.processes()).toHaveLength(2)
  await supervisor.close({ signal: AbortSignal.timeout(5_000) })
  expect(await world.processes()).toEqual([])
  expect(world.notes).toEqual(['Ended a process that had left the group of its service.'])
})

test('it ends also when it ignores the request to, and when the stack does not start', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, environment: { GRANDCHILD: deaf } }
  late: { ${SERVER}, ports: { http: <late> }, environment: { EXITS: 1 }, needs: { web: {} } }
`)
  const hurried = new AbortController()
  const starting = world.start({ hurried: hurried.signal })
  starting.catch(() => undefined) // expected below
  await expect.poll(() => world.history('late')).toContain('late: starting → failed')
  hurried.abort()
  await expect(starting).rejects.toMatchObject({ code: 'SUPERVISE_SERVICE_FAILED' })
  expect(await world.processes()).toEqual([])
})

test('a second start says that the stack is running, and where', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  await world.start()
  await expect(world.start()).rejects.toMatchObject({
    code: 'SUPERVISE_ALREADY_RUNNING',
    message: expect.stringContaining(`process ${process.pid}, since 20`),
    details: { pid: process.pid },
  })
  expect(await world.ask('web')).toBe('ok')
})

test('a second start while the first is only beginning does not name the process of an earlier run', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const up = world.up()
  await expect.poll(() => up.lines).toContainEqual({ ready: true })
  await up.close()
  expect(await readRunState(world.dataFolder())).toMatchObject({ supervisor: { pid: up.pid } })
  using _lock = acquireFolderLock(world.dataFolder().lockFile)
  const second: unknown = await world.start().catch((error: unknown) => error)
  expect(second).toMatchObject({ code: 'SUPERVISE_ALREADY_RUNNING', details: { pid: undefined } })
  expect(String(second)).toContain('another command is just starting it')
})

test('with a shift a second copy runs beside the first', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  await world.start()
  // To another port that the system has just said is free: one at a fixed distance may be anybody's.
  const [free = 0] = await freePorts(1)
  const shift = free - world.port('web')
  const second = await world.start({ shift })
  expect([await world.ask('web'), await world.ask('web', '/', shift)]).toEqual(['ok', 'ok'])
  await second.close({ signal: AbortSignal.timeout(5_000) })
  expect([await world.ask('web'), await world.ask('web', '/', shift)]).toEqual(['ok', undefined])
})

test('an external service is asked, not started', async () => {
  await using outside = await openStackWorld(`services: { store: { ${SERVER}, ports: { http: <store> } } }`)
  const others = await outside.start()
  const address = `127.0.0.1:${outside.port('store')}`
  const health = '{ path: /health, intervalMs: 50 }'
  await using world = await openStackWorld(`
services:
  store: { run: { external: "${address}" }, ports: { http: 1 }, health: ${health} }
  web: { ${SERVER}, ports: { http: <web> }, needs: { store: {} } }
`)
  const supervisor = await world.start()
  const stateOfStore = () => supervisor.status().services.find(({ name }) => name === 'store')
  expect(stateOfStore()).toMatchObject({ state: 'healthy', pid: null })
  await others.close({ signal: AbortSignal.timeout(5_000) })
  await expect
    .poll(stateOfStore)
    .toMatchObject({ state: 'unhealthy', reason: expect.stringContaining('nothing listens') })
  await outside.start()
  await expect.poll(stateOfStore).toMatchObject({ state: 'healthy' })
})

test('a log that cannot be written and a state full of garbage do not keep a stack from starting', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const first = await world.start()
  await first.close({ signal: AbortSignal.timeout(5_000) })
  const { logs, stateFile, secretsFile } = world.dataFolder()
  for (const name of await readdir(logs)) await rm(`${logs}/${name}`)
  await symlink('/dev/full', `${logs}/web.log`)
  await writeFile(stateFile, '{"supervisor":')
  await writeFile(secretsFile, 'garbage')
  await world.start()
  expect(await world.ask('web')).toBe('ok')
  expect(JSON.parse(await readFile(stateFile, 'utf8'))).toMatchObject({ processes: [{}], status: { stack: 'world' } })
})
