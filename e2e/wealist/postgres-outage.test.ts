import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Household, illMannered, openHousehold } from './household.ts'
import { Traffic } from './traffic.ts'
import { openWealistWorld, type WealistWorld, WORLD_START_MS } from './wealist-world.ts'

const TIMEOUT_MS = 120_000
const WAIT = { timeout: 40_000, interval: 100 } as const

let world: WealistWorld
let household: Household
beforeAll(async () => {
  world = await openWealistWorld()
  household = await openHousehold(world)
}, WORLD_START_MS)
afterAll(() => world[Symbol.asyncDispose]())

async function postmaster(): Promise<number> {
  const { services } = await world.copy.status()
  const pid = services.find(({ name }) => name === 'postgres')?.pid
  if (typeof pid !== 'number') throw new Error('PostgreSQL has no process.')
  return pid
}

async function everythingIsHealthy(): Promise<void> {
  const states = async () => new Set(Object.values(await world.copy.states()))
  await expect.poll(states, WAIT).toEqual(new Set(['healthy']))
}

test('kill -9 of PostgreSQL: requests fail clearly and soon, and everything comes back by itself', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using stream = await household.listen()
  await using traffic = new Traffic({ ...household.questions(), ...household.refreshing() })
  await traffic.allWork()
  const killed = await postmaster()
  process.kill(killed, 'SIGKILL')
  await expect.poll(() => traffic.failures.length, WAIT).toBeGreaterThan(0)
  await traffic.allWork()
  await traffic.stop()
  expect(illMannered(traffic.failures)).toEqual([])
  expect(await postmaster()).not.toBe(killed)
  await household.keptEverything()
  await household.hears(stream)
  await household.signsOutEverywhere()
  await everythingIsHealthy()
})

test('PostgreSQL that stands still: nobody waits for ever, and all goes on when it moves again', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using stream = await household.listen()
  await using traffic = new Traffic(household.questions())
  await traffic.allWork()
  const server = await postmaster()
  const processes = (await world.copy.processes()).filter(({ pid, parentPid }) => [pid, parentPid].includes(server))
  // The first stops forking, then none of those that are there answers.
  for (const { pid } of processes.toSorted((left, right) => left.pid - right.pid)) process.kill(pid, 'SIGSTOP')
  try {
    await traffic.allFail()
  } finally {
    for (const { pid } of processes) tryContinue(pid)
  }
  await traffic.allWork()
  await traffic.stop()
  expect(illMannered(traffic.failures)).toEqual([])
  await household.keptEverything()
  await household.hears(stream)
  await household.signsOutEverywhere()
  await everythingIsHealthy()
})

function tryContinue(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // ESRCH: its client hung up before it was stopped, and it was on its way out.
  }
}

test('no secret that was used here stands in a log, nor in what was logged of the outage', async () => {
  expect(await world.secretsInLogs()).toEqual([])
})
