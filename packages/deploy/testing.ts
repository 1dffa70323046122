import { createServer } from 'node:net'
import { openTestFolder } from '@portolan/observe/testing'
import { LocalDoor, ownerOf } from '@portolan/operations'
import { openTestDatabase, openTestPostgres, type TestPostgres } from '@portolan/postgres/testing'
import { openRegistry } from '@portolan/registry'
import { type CommandSettings, commandRunner } from './command-runner.ts'
import { type DeployRequest, deploySlot, type Surroundings } from './deploy-slot.ts'
import { getPair } from './pair.ts'
import { processHome } from './process-home.ts'
import type { DeployProgress } from './progress.ts'

const { signal } = new AbortController()

/** Says its version, its port and its slot; what it does instead of being healthy is its first argument. */
export const WEB = `
const [mode = 'healthy'] = process.argv.slice(1)
console.log('hello from', process.env.PORTOLAN_VERSION)
if (mode === 'crash') { console.error('no database'); process.exit(3) }
if (mode === 'stubborn') process.on('SIGTERM', () => console.log('not yet'))
if (mode === 'parent') require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
require('node:http').createServer((request, response) => {
  response.statusCode = mode === 'sick' ? 503 : 200
  response.end([process.env.PORTOLAN_VERSION, process.env.PORT, process.env.PORTOLAN_SLOT, process.pid].join(' '))
}).listen(Number(process.env.PORT))
`

/** By whose value everything that was started for a world is found. */
export const WORLD_VARIABLE = 'DEPLOY_WORLD'

export async function openDeployWorld(server: TestPostgres) {
  await using releasers = new AsyncDisposableStack()
  const database = releasers.use(await openTestDatabase(server))
  const state = releasers.use(await openTestFolder())
  const registry = releasers.use(await openRegistry({ databaseUrl: database.url }, { signal }))
  const door = new LocalDoor({ registry, caller: ownerOf('test') })
  await door.call('host_declare', { name: 'seoul-1', addresses: ['192.0.2.1'] }, { signal })
  const naming = { project: 'worb', environment: 'production' } as const
  const blue = await findFreePair()
  const wish = { ...naming, ports: `${blue}-${blue + 1}`, shape: 'pair', evenIfOutOfBand: true } as const
  await door.call('port_register', wish, { signal })
  const home = processHome(state.root, { stopGraceMs: 500 })
  releasers.defer(() => endAll(home, { blue, naming, door }))
  const progress: DeployProgress[] = []
  const web = (mode: string): CommandSettings => {
    const environment = { PATH: process.env.PATH, [WORLD_VARIABLE]: state.root }
    return { command: process.execPath, args: ['-e', WEB, mode], folder: state.root, environment }
  }
  const surroundings = (settings: CommandSettings): Surroundings => {
    const runner = { ...commandRunner(settings, { stateFolder: state.root }), home }
    return { door, runner, isHere: true, onProgress: (event) => progress.push(event) }
  }
  const deploy = (version: string, mode = 'healthy', more: Partial<DeployRequest> = {}) => {
    const request = { ...naming, version, health: { type: 'http', path: '/' }, healthTimes: QUICK, ...more } as const
    return deploySlot(request, surroundings(web(mode)), { signal })
  }
  const owned = releasers.move()
  return {
    door,
    naming,
    blue,
    home,
    progress,
    web,
    surroundings,
    deploy,
    databaseUrl: database.url,
    state,
    slots: async () => (await getPair(door, naming, { signal })).slots,
    /** What answers on a port: version, port, slot and pid. */
    ask: async (port: number) => (await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' '),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export type DeployWorld = Awaited<ReturnType<typeof openDeployWorld>>

export const QUICK = { timeoutMs: 10_000, intervalMs: 50, attemptTimeoutMs: 2_000 } as const

export { openTestPostgres }

interface Ending extends Pick<DeployWorld, 'blue' | 'naming'> {
  readonly door: LocalDoor
}

async function endAll(home: ReturnType<typeof processHome>, { blue, naming, door }: Ending): Promise<void> {
  const { claimId } = await getPair(door, naming, { signal })
  for (const half of ['blue', 'green'] as const) {
    const place = { claimId, ...naming, half, port: half === 'blue' ? blue : blue + 1 }
    for (const occupant of await home.listOccupants(place, { signal })) await home.stop(place, occupant, { signal })
  }
}

/** An even port that is free with its neighbour, below every system's ephemeral range. */
export async function findFreePair(): Promise<number> {
  for (let tried = 0; tried < 200; tried += 1) {
    const blue = 20_000 + 2 * Math.floor(Math.random() * 4_000)
    if ((await isFree(blue)) && (await isFree(blue + 1))) return blue
  }
  throw new Error('there is no free pair')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
