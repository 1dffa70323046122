import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { listMarkedProcesses } from '@portolan/observe'
import { afterAll, expect, test } from 'vitest'
import { OCCUPANT_VARIABLE } from './process-home.ts'
import { ProcessRecords } from './process-record.ts'
import { type DeployWorld, openDeployWorld, openTestPostgres, QUICK, WORLD_VARIABLE } from './testing.ts'

const postgres = await openTestPostgres()
afterAll(() => postgres[Symbol.asyncDispose]())

const DEPLOYER = fileURLToPath(new URL('./fixtures/deployer.ts', import.meta.url))

interface Kill {
  /** After the deployer has said this. */
  readonly at: string
  readonly afterMs: number
}

/** Starts a deployer as a process of its own, and kills it at that moment, or a moment after it was done. */
async function deployAndKill(world: DeployWorld, version: string, kill: Kill): Promise<void> {
  const settings = world.web('healthy')
  const request = { ...world.naming, version, health: { type: 'http', path: '/' }, healthTimes: QUICK, endGrace: true }
  const asked = { databaseUrl: world.databaseUrl, stateFolder: world.state.root, settings, request }
  const child = spawn(process.execPath, [DEPLOYER, JSON.stringify(asked)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  createInterface(child.stdout).on('line', (line) => {
    if (line === kill.at) setTimeout(() => child.kill('SIGKILL'), kill.afterMs)
  })
  await exited
}

const MOMENTS: readonly Kill[] = [
  { at: 'ready', afterMs: 0 },
  { at: 'chosen', afterMs: 0 },
  { at: 'chosen', afterMs: 15 },
  { at: 'chosen', afterMs: 30 },
  { at: 'chosen', afterMs: 60 },
  { at: 'started', afterMs: 0 },
  { at: 'started', afterMs: 40 },
  { at: 'promoted', afterMs: 0 },
]

test('wherever a deployer is killed, one version answers, and the next deploy takes away what is left', async () => {
  await using world = await openDeployWorld(postgres)
  await world.deploy('1.0.0')
  for (const [index, moment] of MOMENTS.entries()) {
    await deployAndKill(world, `killed-${index}`, moment)
    const { blue, green } = await world.slots()
    const [active, ...others] = [blue, green].filter(({ state }) => state === 'active')
    expect(others).toEqual([])
    expect((await world.ask(active?.port ?? 0))[0]).toBe(active?.version)
    await world.deploy(`after-${index}`, 'healthy', { graceMs: 0, endGrace: true })
    expect(await runningVersions(world)).toEqual([`after-${index}`])
  }
}, 120_000)

/** Of everything that was ever started here and still runs, also what nobody wrote down. */
async function runningVersions({ state, blue }: DeployWorld): Promise<readonly string[]> {
  const records = await Promise.all([blue, blue + 1].map((port) => new ProcessRecords(state.root, port).list()))
  const versions: string[] = []
  for (const { mark, version } of records.flat()) {
    if ((await listMarkedProcesses(OCCUPANT_VARIABLE, mark)).length > 0) versions.push(version)
  }
  const all = await listMarkedProcesses(WORLD_VARIABLE, state.root)
  expect(all).toHaveLength(versions.length)
  return versions
}
