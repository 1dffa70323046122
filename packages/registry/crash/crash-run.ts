import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Waiting } from '@portolan/errors'
import { openRegistry } from '../open-registry.ts'
import { CrashClient } from './crash-client.ts'
import { type Judgement, judge } from './judge.ts'
import { countOverlaps, readLedger } from './ledger.ts'
import { seededRandom } from './random.ts'
import type { CrashRecord } from './record.ts'
import { RegistryProcess } from './registry-process.ts'

/** A PostgreSQL that may be killed and started again on the same data. */
export interface KillablePostgres {
  readonly pid: number
  stop(signal: 'SIGKILL'): Promise<void>
  start(): Promise<void>
}

export interface CrashRunOptions {
  readonly postgres: KillablePostgres
  readonly databaseUrl: string
  readonly operationCount: number
  /** It goes on, above that count, until so many things were killed. */
  readonly leastKillCount?: number
  readonly clientCount: number
  readonly processCount: number
  readonly hostCount: number
  /** Between two kills, on average. */
  readonly killEveryMs: number
  readonly seed: number
  readonly onProgress?: (operationCount: number) => void
}

export interface CrashReport extends Judgement {
  readonly seconds: number
  /** Pairs of live claims in the table that share a port. */
  readonly overlapCount: number
  readonly registryKillCount: number
  readonly backendKillCount: number
  readonly postgresKillCount: number
}

/** Each client holds up to 5 pairs, and a band that is never full keeps refusals out of the history. */
const PORTS_PER_CLIENT = 12

/**
 * Many clients on several registry processes, which are killed at random together with PostgreSQL (its postmaster, and
 * single backends); then the recorded history is judged. Time is the driver's: all calls and returns are on one clock.
 */
export async function runCrashes(options: CrashRunOptions, { signal }: Waiting): Promise<CrashReport> {
  const { databaseUrl, operationCount, clientCount, hostCount, processCount, seed, leastKillCount = 0 } = options
  const portCount = clientCount * PORTS_PER_CLIENT
  const hosts = Array.from({ length: hostCount }, (_, index) => `crash-${index}`)
  await prepare(databaseUrl, { hosts, portCount }, { signal })
  await using releasers = new AsyncDisposableStack()
  const processes = Array.from({ length: processCount }, () => new RegistryProcess({ databaseUrl, portCount }))
  for (const process of processes) releasers.use(process).start()
  const records: CrashRecord[] = []
  const beganAt = performance.now()
  const kills: Kills = { registryKillCount: 0, backendKillCount: 0, postgresKillCount: 0 }
  let lastId = 0
  const nextId = (): number | undefined => {
    const killCount = kills.registryKillCount + kills.backendKillCount + kills.postgresKillCount
    const isOver = signal.aborted || (lastId >= operationCount && killCount >= leastKillCount)
    if (!isOver) lastId += 1
    return isOver ? undefined : lastId
  }
  const record = (each: CrashRecord): void => {
    records.push(each)
    if (records.length % 10_000 === 0) options.onProgress?.(records.length)
  }
  const clients = Array.from({ length: clientCount }, (_, index) => {
    const random = seededRandom(seed * 1_000 + index)
    return new CrashClient({ project: `client-${index}`, hosts, processes, random, nextId, record }).run()
  })
  const ending = new AbortController()
  const killing = killAtRandom({ ...options, processes, kills }, { signal: ending.signal })
  await Promise.all(clients)
  ending.abort()
  await killing
  const seconds = (performance.now() - beganAt) / 1_000
  const judgement = judge(records, await readLedger(databaseUrl, { signal }))
  return { ...judgement, ...kills, seconds, overlapCount: await countOverlaps(databaseUrl, { signal }) }
}

async function prepare(
  databaseUrl: string,
  { hosts, portCount }: { readonly hosts: readonly string[]; readonly portCount: number },
  { signal }: Waiting,
): Promise<void> {
  const band = { environment: 'crash', kind: 'app', range: { first: 10_000, last: 10_000 + portCount - 1 } }
  await using registry = await openRegistry({ databaseUrl, bands: [band] }, { signal })
  for (const name of hosts) await registry.declareHost({ name }, { signal })
}

interface Kills {
  registryKillCount: number
  backendKillCount: number
  postgresKillCount: number
}

type KillOptions = CrashRunOptions & {
  readonly processes: readonly RegistryProcess[]
  /** Counted up. */
  readonly kills: Kills
}

async function killAtRandom(
  { postgres, processes, kills, killEveryMs, seed }: KillOptions,
  { signal }: Waiting,
): Promise<void> {
  const random = seededRandom(seed)
  while (await hasWaited(random() * 2 * killEveryMs, { signal })) {
    const choice = random()
    if (choice < 0.7) {
      const process = processes[Math.floor(random() * processes.length)]
      if (process?.isReady !== true) continue
      process.kill()
      kills.registryKillCount += 1
    } else if (choice < 0.85) {
      const backends = await listBackends(postgres.pid)
      const backend = backends[Math.floor(random() * backends.length)]
      if (backend === undefined) continue
      killProcess(backend)
      kills.backendKillCount += 1
    } else {
      await postgres.stop('SIGKILL')
      kills.postgresKillCount += 1
      await postgres.start()
    }
  }
}

/** @returns false when the signal has fired */
async function hasWaited(waitMs: number, { signal }: Waiting): Promise<boolean> {
  try {
    await delay(waitMs, undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

/** The server's processes that serve a registry. */
async function listBackends(postmaster: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found: number[] = []
  for (const pid of pids) if (await isBackend(pid, postmaster)) found.push(Number(pid))
  return found
}

async function isBackend(pid: string, postmaster: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== postmaster) return false
    return /127\.0\.0\.1/.test(await readFile(`/proc/${pid}/cmdline`, 'utf8'))
  } catch {
    // ENOENT or ESRCH: it has ended since it was listed.
    return false
  }
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // ESRCH: it has ended by itself.
  }
}
