import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { hostname } from 'node:os'
import { AppError } from '@portolan/errors'
import { identifyProcess, isRunning, listMarkedProcesses } from '@portolan/observe'
import { startNode } from '@portolan/observe/testing'
import type { Door } from '@portolan/operations'
import { hostsOfMachine, thisMachine } from '@portolan/operations/remote'
import { afterAll, expect, test } from 'vitest'
import { commandRunner } from './command-runner.ts'
import { deploySlot } from './deploy-slot.ts'
import { processHome } from './process-home.ts'
import { ProcessRecords } from './process-record.ts'
import { expireSlots, retireSlot, rollBackSlot } from './slot-changes.ts'
import { openDeployWorld, openTestPostgres, QUICK, WORLD_VARIABLE } from './testing.ts'

const { signal } = new AbortController()
const postgres = await openTestPostgres()
afterAll(() => postgres[Symbol.asyncDispose]())

const HEALTH = { type: 'http', path: '/' } as const
const NOTHING_RUNS = { blue: { state: 'empty' }, green: { state: 'empty' } }

test('versions take turns: the new one is promoted when it is healthy, the old one goes on for its grace', async () => {
  await using world = await openDeployWorld(postgres)
  const first = await world.deploy('1.0.0')
  expect(first).toMatchObject({ half: 'blue', port: world.blue, version: '1.0.0', isActive: true })
  expect(await world.ask(world.blue)).toMatchObject(['1.0.0', String(world.blue), 'blue', expect.any(String)])
  const second = await world.deploy('2.0.0')
  expect(second).toMatchObject({ half: 'green', previous: { half: 'blue', version: '1.0.0' } })
  expect(second.token).toBeGreaterThan(first.token)
  expect(await world.slots()).toMatchObject({ blue: { state: 'grace' }, green: { state: 'active', version: '2.0.0' } })
  expect((await world.ask(world.blue))[0]).toBe('1.0.0')
  expect((await world.ask(world.blue + 1))[0]).toBe('2.0.0')
  await expect(world.deploy('3.0.0')).rejects.toMatchObject({ code: 'DEPLOY_GRACE_RUNNING' })
  await world.deploy('3.0.0', 'healthy', { endGrace: true })
  expect((await world.ask(world.blue))[0]).toBe('3.0.0')
})

test('it is rolled back to what is in grace, and what is retired without a grace is stopped', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0')
  await world.deploy('2.0.0')
  const { naming, door, home } = world
  const slots = await rollBackSlot({ naming, health: HEALTH }, { door }, { signal })
  expect(slots).toMatchObject({ blue: { state: 'active', version: '1.0.0' }, green: { state: 'grace' } })
  await rollBackSlot({ naming, health: HEALTH, graceMs: 0 }, { door }, { signal })
  await expireSlots({ naming }, { door, homes: [home] }, { signal })
  await expect(world.ask(world.blue)).rejects.toThrow('fetch failed')
  await retireSlot({ naming, graceMs: 0 }, { door, homes: [home] }, { signal })
  await expect(world.ask(world.blue + 1)).rejects.toThrow('fetch failed')
  expect(await world.slots()).toMatchObject(NOTHING_RUNS)
})

test('nothing is rolled back to that does not answer', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0')
  const [, , , pid] = await world.ask(world.blue)
  await world.deploy('2.0.0')
  process.kill(Number(pid), 'SIGKILL')
  const { naming, door } = world
  const rollBack = (evenIfUnhealthy: boolean) =>
    rollBackSlot({ naming, health: HEALTH, evenIfUnhealthy }, { door }, { signal })
  await expect.poll(() => rollBack(false).catch(({ code }) => code)).toBe('DEPLOY_NOTHING_TO_ROLL_BACK_TO')
  expect(await world.slots()).toMatchObject({ green: { state: 'active' } })
  await rollBack(true)
  expect(await world.slots()).toMatchObject({ blue: { state: 'active' } })
})

test('without a grace the old one is stopped as soon as the new one is promoted', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0')
  await world.deploy('2.0.0', 'healthy', { graceMs: 0 })
  await expect(world.ask(world.blue)).rejects.toThrow('fetch failed')
  expect(await world.slots()).toMatchObject({ blue: { state: 'empty' }, green: { state: 'active' } })
})

test.for([
  ['sick', 'DEPLOY_UNHEALTHY', /answered 503.*hello from 2\.0\.0/s],
  ['crash', 'DEPLOY_ENDED', /ended with exit status 3.*no database/s],
] as const)(
  'what is %s is not promoted: nothing of it is left, and what is active goes on',
  async ([mode, code, message]) => {
    await using world = await openDeployWorld(postgres)
    await world.deploy('1.0.0')
    const before = await world.ask(world.blue)
    const deploying = world.deploy('2.0.0', mode, { healthTimes: { ...QUICK, timeoutMs: 1_500 } })
    await expect(deploying).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    expect(await world.ask(world.blue)).toEqual(before)
    expect(await world.slots()).toMatchObject({
      blue: { state: 'active', version: '1.0.0' },
      green: { state: 'empty' },
    })
    await expect(world.ask(world.blue + 1)).rejects.toThrow('fetch failed')
    expect(await new ProcessRecords(world.state.root, world.blue + 1).list()).toEqual([])
    await world.deploy('2.0.1')
  },
)

test('every look at its health is told, until it is healthy', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0')
  const checks = world.progress.filter(({ type }) => type === 'checked')
  expect(checks.at(-1)).not.toHaveProperty('fault')
  expect(checks.slice(0, -1).every((check) => 'fault' in check)).toBe(true)
  expect(world.progress.map(({ type }) => type)).toEqual([
    'chosen',
    'started',
    ...checks.map(() => 'checked'),
    'promoted',
  ])
})

test('a program that is not there, and a folder that is not there', async () => {
  await using world = await openDeployWorld(postgres)
  const deploy = (changes: object) => {
    const settings = { ...world.web('healthy'), ...changes }
    const request = { ...world.naming, version: '1', health: HEALTH, healthTimes: QUICK }
    return deploySlot(request, world.surroundings(settings), { signal })
  }
  await expect(deploy({ command: '/nowhere/web' })).rejects.toMatchObject({
    code: 'DEPLOY_ENDED',
    message: expect.stringMatching(/exit status 127.*\/nowhere\/web/s),
  })
  await expect(deploy({ folder: '/nowhere' })).rejects.toMatchObject({
    code: 'DEPLOY_START_FAILED',
    message: expect.stringContaining('no folder "/nowhere"'),
  })
  expect(await world.slots()).toMatchObject(NOTHING_RUNS)
})

test('a port that somebody else has is refused with who it is, and left to him', async () => {
  await using world = await openDeployWorld(postgres)
  await using other = createServer()
  other.listen(world.blue, '127.0.0.1')
  await once(other, 'listening')
  await expect(world.deploy('1.0.0')).rejects.toMatchObject({
    code: 'DEPLOY_PORT_TAKEN',
    message: expect.stringContaining(`process ${process.pid}`),
  })
  expect(other.listening).toBe(true)
  expect(await world.slots()).toMatchObject(NOTHING_RUNS)
})

test('a host that is not this machine is not deployed to from here', async () => {
  await using world = await openDeployWorld(postgres)
  const request = { ...world.naming, version: '1.0.0', health: HEALTH, healthTimes: QUICK }
  const { isHere: _, ...surroundings } = world.surroundings(world.web('healthy'))
  await expect(deploySlot(request, surroundings, { signal })).rejects.toMatchObject({ code: 'DEPLOY_HOST_ELSEWHERE' })
  const own = hostname().toLowerCase()
  await world.door.call('host_declare', { name: own }, { signal })
  const { hosts } = await world.door.call('host_list', {}, { signal })
  expect(hostsOfMachine(hosts, thisMachine()).map(({ name }) => name)).toEqual([own])
  const machine = { ...thisMachine(), said: 'seoul-1' }
  expect(await deploySlot(request, { ...surroundings, machine }, { signal })).toMatchObject({ version: '1.0.0' })
})

test('what the registry would refuse later is refused before anything is taken over or stopped', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0')
  await world.deploy('2.0.0')
  const before = await world.slots()
  for (const refused of [
    world.deploy('', 'healthy', { endGrace: true }),
    world.deploy('3', 'healthy', { graceMs: -1, endGrace: true }),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: 'REGISTRY_REQUEST_INVALID' })
  }
  expect(await world.slots()).toEqual(before)
  expect((await world.ask(world.blue))[0]).toBe('1.0.0')
})

test('a deployer that shows a stale token changes nothing', async () => {
  await using world = await openDeployWorld(postgres)
  const { token } = await world.deploy('1.0.0')
  await world.deploy('2.0.0', 'healthy', { token, graceMs: 0 })
  const before = await world.slots()
  await expect(world.deploy('3.0.0', 'healthy', { token })).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_STALE' })
  expect(await world.slots()).toEqual(before)
})

test('a deployer that is overtaken while it waits loses, and what the later one started stays', async () => {
  await using world = await openDeployWorld(postgres)
  const slow = world.deploy('1.0.0', 'sick')
  const lost = expect(slow).rejects.toMatchObject({ code: 'DEPLOY_OVERTAKEN' })
  await expect.poll(() => world.progress.some(({ type }) => type === 'checked')).toBe(true)
  await world.deploy('2.0.0')
  await lost
  expect(await world.slots()).toMatchObject({ blue: { state: 'active', version: '2.0.0' }, green: { state: 'empty' } })
  expect((await world.ask(world.blue))[0]).toBe('2.0.0')
})

test('a deployer whose claim was taken over meanwhile does not promote, and stops what it started', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0')
  const takeOver = () => world.door.call('port_take_over', world.naming, { signal })
  const request = { ...world.naming, version: '2.0.0', health: HEALTH, healthTimes: QUICK }
  const surroundings = world.surroundings(world.web('healthy'))
  const runner = { ...surroundings.runner }
  const start: typeof runner.start = async (...started) => {
    await takeOver() // as another deployer would, in this very moment
    return surroundings.runner.start(...started)
  }
  const deploying = deploySlot(request, { ...surroundings, runner: { ...runner, start } }, { signal })
  await expect(deploying).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_STALE' })
  expect(await world.slots()).toMatchObject({ blue: { state: 'active', version: '1.0.0' } })
  await expect(world.ask(world.blue + 1)).rejects.toThrow('fetch failed')
})

/** A registry that does what it is told to promote, and whose answers get lost. */
function lossy(door: Door, lostCount: number): { readonly door: Door; readonly keys: unknown[] } {
  const keys: unknown[] = []
  const call: Door['call'] = async (name, input, waiting) => {
    const answer = await door.call(name, input, waiting)
    if (name !== 'slot_promote') return answer
    keys.push(Reflect.get(input, 'idempotencyKey'))
    if (keys.length <= lostCount) throw new AppError('OPERATIONS_OUTCOME_UNKNOWN', 'lost', { status: 503 })
    return answer
  }
  return { door: { call }, keys }
}

test('a registry that is lost while it promotes is asked again under the same key', async () => {
  await using world = await openDeployWorld(postgres)
  const { door, keys } = lossy(world.door, 2)
  const request = { ...world.naming, version: '1.0.0', health: HEALTH, healthTimes: QUICK }
  const deploying = deploySlot(request, { ...world.surroundings(world.web('healthy')), door }, { signal })
  expect(await deploying).toMatchObject({ isActive: true, half: 'blue' })
  expect([keys.length, new Set(keys).size]).toEqual([3, 1])
})

test('what may be the active one by now is left running, and said to be unknown', async () => {
  await using world = await openDeployWorld(postgres)
  const { door } = lossy(world.door, 1_000)
  const request = { ...world.naming, version: '1.0.0', health: HEALTH, healthTimes: QUICK }
  const surroundings = { ...world.surroundings(world.web('healthy')), door, outageMs: 700 }
  await expect(deploySlot(request, surroundings, { signal })).rejects.toMatchObject({ code: 'DEPLOY_OUTCOME_UNKNOWN' })
  expect((await world.ask(world.blue))[0]).toBe('1.0.0')
})

test('a deployer that is told to stop takes back what it has begun', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0')
  const stopped = new AbortController()
  const request = { ...world.naming, version: '2.0.0', health: HEALTH, healthTimes: QUICK }
  const deploying = deploySlot(request, world.surroundings(world.web('sick')), { signal: stopped.signal })
  const lost = expect(deploying).rejects.toThrow('enough')
  await expect.poll(() => world.progress.filter(({ type }) => type === 'started')).toHaveLength(2)
  stopped.abort(new Error('enough'))
  await lost
  expect(await world.slots()).toMatchObject({ blue: { state: 'active' }, green: { state: 'empty' } })
  await expect(world.ask(world.blue + 1)).rejects.toThrow('fetch failed')
})

test('what does not end when it is asked to is killed, with what it started', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0', 'stubborn')
  const [, , , stubborn] = await world.ask(world.blue)
  await world.deploy('2.0.0', 'parent', { graceMs: 0 })
  // What has ended stands in /proc until its parent, by now the system's first process, has taken note of it.
  await expect.poll(() => identifyProcess(Number(stubborn)), { timeout: 5_000 }).toBeUndefined()
  const running = async () => (await listMarkedProcesses(WORLD_VARIABLE, world.state.root)).length
  expect(await running()).toBe(2) // it, and what it started
  await world.deploy('3.0.0', 'healthy', { graceMs: 0 })
  await expect.poll(running, { timeout: 5_000 }).toBe(1)
})

test('a process that only has the number of one that is gone is left alone', async () => {
  await using world = await openDeployWorld(postgres)
  await using other = await startNode('console.log("up"); setInterval(() => {}, 1000)', { detached: true })
  const identity = await identifyProcess(other.pid)
  const records = new ProcessRecords(world.state.root, world.blue)
  await records.prepare()
  const { slots: _, ...pair } = await world.door.call('port_get', world.naming, { signal }).then(({ claim }) => claim)
  await records.write({
    mark: '00000000-0000-4000-8000-000000000000',
    identity: { pid: other.pid, bootId: 'other', ...identity, startTicks: (identity?.startTicks ?? 0) - 100 },
    claimId: pair.id,
    token: 1,
    ...world.naming,
    half: 'blue',
    port: world.blue,
    version: '0.9.0',
    command: ['old'],
    startedAt: new Date().toISOString(),
  })
  await world.deploy('1.0.0')
  if (identity === undefined) throw new Error('it was not there to begin with')
  expect(await isRunning(identity)).toBe(true)
  expect((await records.list()).map(({ version }) => version)).toEqual(['1.0.0'])
})

const mountable = process.platform === 'linux' && process.getuid?.() === 0
test.skipIf(!mountable)(
  'a disk without room for the log or the record: nothing starts, what is active goes on',
  async () => {
    await using world = await openDeployWorld(postgres)
    await world.deploy('1.0.0')
    const full = `${world.state.root}/full`
    execFileSync('mkdir', [full])
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,nr_inodes=64,mode=700', 'tmpfs', full])
    try {
      execFileSync('sh', ['-c', `cat /dev/zero > ${full}/filler 2>/dev/null; true`])
      const runner = { ...commandRunner(world.web('healthy'), { stateFolder: full }), home: processHome(full) }
      const request = { ...world.naming, version: '2.0.0', health: HEALTH, healthTimes: QUICK }
      const deploying = deploySlot(request, { door: world.door, runner, isHere: true }, { signal })
      await expect(deploying).rejects.toMatchObject({ code: 'DEPLOY_RECORD_UNUSABLE' })
    } finally {
      execFileSync('umount', [full])
    }
    expect(await world.slots()).toMatchObject({ blue: { state: 'active' }, green: { state: 'empty' } })
    expect((await world.ask(world.blue))[0]).toBe('1.0.0')
    await expect(world.ask(world.blue + 1)).rejects.toThrow('fetch failed')
  },
)
