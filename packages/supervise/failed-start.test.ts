import { expect, test } from 'vitest'
import { acquireFolderLock } from './folder-lock.ts'
import { openStackWorld, SERVER, type StackWorld } from './testing.ts'

test('a service that ends at its start takes the others with it, and its last words are in the error', async () => {
  await using world = await openStackWorld(`
services:
  store: { ${SERVER}, ports: { http: <store> } }
  web: { ${SERVER}, ports: { http: <web> }, needs: { store: {} }, environment: { EXITS: 3 } }
`)
  const error = await failureOf(world)
  expect(error).toMatchObject({ code: 'SUPERVISE_SERVICE_FAILED', details: { service: 'web' } })
  expect(error.message).toContain('Service "web" did not start: it ended with exit status 3.')
  expect(error.message).toContain('  | first word\n')
  expect(error.message).toContain('  | last word\n')
  expect(error.message).toContain(world.dataFolder().logs)
  expect(world.history('store').slice(-2)).toEqual(['store: healthy → stopping', 'store: stopping → stopped'])
  expect(await world.log('store')).toContain('told to stop')
  await expectNothingLeft(world)
})

test('a service that ends at once without a word is a failure too', async () => {
  await using world = await openStackWorld(`services: { web: { run: { command: "true" }, ports: { http: <web> } } }`)
  const error = await failureOf(world)
  expect(error.message).toBe('Service "web" did not start: it ended with exit status 0.\nIt printed nothing.')
  await expectNothingLeft(world)
})

test('a health check that never passes is an error within its limit, with what it answered', async () => {
  await using world = await openStackWorld(`
services:
  web:
    ${SERVER}
    ports: { http: <web> }
    health: { path: /health, startTimeoutMs: 900 }
    environment: { HEALTH: 503 }
`)
  const error = await failureOf(world)
  expect(error.message).toContain('it was not healthy within 900 ms: /health on port')
  expect(error.message).toContain('answered 503')
  await expectNothingLeft(world)
})

test('a service that never listens is an error that says so', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, health: { startTimeoutMs: 600 }, environment: { LISTENS: never, IGNORES_TERM: yes } }
`)
  const error = await failureOf(world)
  expect(error.message).toContain(`not healthy within 600 ms: nothing listens on port ${world.port('web')}`)
  await expectNothingLeft(world)
})

test.for([
  { run: '{ command: no-such-program }', code: 'SUPERVISE_PROGRAM_MISSING', says: 'Install it, put it on the PATH' },
  { run: '{ command: ./missing.sh }', code: 'SUPERVISE_PROGRAM_MISSING', says: '/stack/missing.sh" was not found' },
  { run: '{ command: node, folder: missing }', code: 'SUPERVISE_FOLDER_MISSING', says: 'no folder' },
  { run: '{ command: ./server.mjs }', code: 'SUPERVISE_PROGRAM_UNUSABLE', says: 'chmod +x' },
])('$run: $code', async ({ run, code, says }) => {
  await using world = await openStackWorld(`services: { web: { run: ${run}, ports: { http: <web> } } }`)
  const error = await failureOf(world)
  expect(error).toMatchObject({ code: 'SUPERVISE_SERVICE_FAILED', cause: { code } })
  expect(error.message).toContain(says)
  expect(error.message).not.toContain('It printed nothing')
  await expectNothingLeft(world)
})

test('an optional service that cannot start is failed with its reason, and the stack starts without it', async () => {
  await using world = await openStackWorld(`
services:
  tides: { run: { command: no-such-program }, ports: { http: <tides> }, optional: true }
  video: { run: { container: "video:1" }, ports: { http: <video> }, optional: true }
  web: { ${SERVER}, ports: { http: <web> }, needs: { tides: {} } }
`)
  const supervisor = await world.start()
  expect(supervisor.status().services).toMatchObject([
    { name: 'tides', state: 'failed', pid: null, reason: expect.stringContaining('"no-such-program" was not found') },
    { name: 'video', state: 'failed', pid: null, reason: expect.stringContaining('run kind "container"') },
    { name: 'web', state: 'healthy' },
  ])
  expect(world.notes.toSorted()).toEqual([
    expect.stringContaining('The stack starts without "tides", which is optional'),
    expect.stringContaining('The stack starts without "video", which is optional'),
  ])
})

test('a run kind that cannot be run stops everything before anything starts', async () => {
  await using world = await openStackWorld(`
services:
  video: { run: { container: "video:1" }, ports: { http: <video> } }
  web: { ${SERVER}, ports: { http: <web> } }
`)
  expect(await failureOf(world)).toMatchObject({ code: 'SUPERVISE_RUN_KIND_UNSUPPORTED' })
  expect(world.history()).toEqual([])
  await expectNothingLeft(world)
})

test('services that need each other are refused before anything is made', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, needs: { board: {} } }
  board: { ${SERVER}, needs: { web: {} } }
`)
  expect(await failureOf(world)).toMatchObject({ code: 'SUPERVISE_NEEDS_CYCLE' })
})

test('being told to stop while it starts leaves nothing', async () => {
  await using world = await openStackWorld(`
services:
  store: { ${SERVER}, ports: { http: <store> }, environment: { GRANDCHILD: yes } }
  slow: { ${SERVER}, ports: { http: <slow> }, needs: { store: {} }, health: /health, environment: { HEALTH: 503 } }
  web: { ${SERVER}, ports: { http: <web> }, needs: { slow: {} } }
`)
  const told = new AbortController()
  const starting = world.start({ signal: told.signal })
  starting.catch(() => undefined) // expected below
  await expect.poll(() => world.log('slow'), { timeout: 10_000 }).toContain('listens')
  told.abort()
  await expect(starting).rejects.toBe(told.signal.reason)
  expect(world.history('web')).not.toContain('web: waiting → starting')
  await expectNothingLeft(world)
})

test('being told to stop before it began starts nothing', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  await expect(world.start({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  expect(world.history().filter((line) => line.includes('starting'))).toEqual([])
  await expectNothingLeft(world)
})

async function failureOf(world: StackWorld): Promise<Error> {
  const error: unknown = await world.start().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof Error) return error
  throw new Error('The stack started.')
}

async function expectNothingLeft(world: StackWorld): Promise<void> {
  expect(await world.processes()).toEqual([])
  using lock = acquireFolderLock(world.dataFolder().lockFile)
  expect(lock).toBeDefined()
}
