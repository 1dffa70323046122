import { expect, test } from 'vitest'
import { prepareDataFolder } from './data-folder.ts'
import { LogFile } from './log-file.ts'
import { ModuleHost } from './module-host.ts'
import { moduleSaying, openStackWorld, PROGRAMS } from './testing.ts'

const LIMIT = () => ({ signal: AbortSignal.timeout(20_000) })
const TWO = `
services:
  one: { run: { module: one.ts }, ports: { http: <one> } }
  two: { run: { module: two.ts }, ports: { http: <two> } }
`
const FILES = { 'one.ts': moduleSaying('first'), 'two.ts': moduleSaying('second') }

test('a module that starts while the last one goes works, whichever moment it comes in', async () => {
  await using place = await openHost()
  for (let round = 0; round < 6; round += 1) {
    const one = await place.start('one')
    const stopping = one.stop(LIMIT())
    // From the very beginning of the stop to its very end.
    if (round % 2 === 1) await expect.poll(() => place.world.ask('one'), { interval: 1 }).toBeUndefined()
    const two = await place.start('two')
    expect(await place.world.ask('two')).toBe('second')
    await Promise.all([stopping, two.stop(LIMIT())])
    expect(await place.world.processes()).toEqual([])
  }
})

test('a process that cannot be started is tried anew by the next', async () => {
  await using place = await openHost()
  const host = place.host(`${place.world.folder}/later`)
  await expect(place.start('one', host)).rejects.toMatchObject({ code: 'SUPERVISE_FOLDER_MISSING' })
  await place.world.write({ 'later/one.ts': FILES['one.ts'] })
  const one = await place.start('one', host)
  await one.stop(LIMIT())
  expect(await one.ended).toBe('the process of the modules is gone: it ended with exit status 0')
})

test('one that is stopped twice is stopped once', async () => {
  await using place = await openHost()
  const [one, two] = await Promise.all([place.start('one'), place.start('two')])
  await Promise.all([one.stop(LIMIT()), one.stop({ signal: AbortSignal.abort() })])
  expect(await place.world.ask('two')).toBe('second')
  await two.stop(LIMIT())
})

test('a start that is given up leaves neither the module nor, if it was alone, the process', async () => {
  await using place = await openHost()
  const told = new AbortController()
  const starting = place.start('one', place.own, told.signal)
  starting.catch(() => undefined) // expected below
  await expect.poll(() => place.world.processes(), { timeout: 10_000 }).toHaveLength(1)
  told.abort()
  await expect(starting).rejects.toBe(told.signal.reason)
  expect(await place.world.processes()).toEqual([])
  expect(await place.world.ask('one')).toBeUndefined()
})

async function openHost() {
  const world = await openStackWorld(TWO, FILES)
  const data = world.dataFolder()
  await prepareDataFolder(data)
  const inherited = { PATH: process.env.PATH, PORTOLAN_MARK: data.mark }
  const logs: LogFile[] = []
  const log = (service: string) => {
    const file = new LogFile(data.logs, service)
    logs.push(file)
    return file
  }
  const host = (stackFolder: string) =>
    new ModuleHost({ program: PROGRAMS.moduleHost, stackFolder, environment: inherited, log: log('modules') })
  const own = host(world.folder)
  return {
    world,
    host,
    own,
    start(service: 'one' | 'two', where = own, signal = LIMIT().signal) {
      const environment = { ...inherited, PORT: String(world.port(service)) }
      return where.start({ service, module: `${service}.ts`, environment, log: log(service) }, { signal })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(logs.map((one) => one.close()))
      await world[Symbol.asyncDispose]()
    },
  }
}
