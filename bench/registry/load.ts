import type { Registry } from '@portolan/registry'
import { type LoopFigures, runClosedLoop } from '../closed-loop.ts'
import { cpuSeconds } from '../cpu-time.ts'
import { latencyOf } from '../percentiles.ts'

export interface Row extends LoopFigures {
  readonly what: string
  readonly clients: number
  readonly claims: number
  /** For one allocation, of this process (clients and registry) and of PostgreSQL. */
  readonly cpuUs: number
  readonly postgresCpuUs: number
}

interface Measuring {
  readonly limitMs: number
  readonly postgresPid: number
}

export const BENCH_BANDS = [
  { environment: 'bench', kind: 'app', range: { first: 1024, last: 65_535 } },
  { environment: 'bench', kind: 'narrow', range: { first: 20_000, last: 29_999 } },
] as const

/** A host has room for 32,000 pairs, so many claims are on many hosts. */
const CLAIMS_PER_HOST = 10_000
const MEASURED_HOST = 'bench-0'
const NARROW_HOST = 'narrow'
/** Fewer than the host has room for beside what is there. */
const ALLOCATIONS_PER_RUN = 15_000
const BULK = { clients: 128, limitMs: 600_000 } as const

const waiting = () => ({ signal: AbortSignal.timeout(600_000) })

interface Need {
  readonly host: string
  readonly purpose: string
  readonly kind?: 'app' | 'narrow'
}

/** @returns the claim's number */
async function allocate(registry: Registry, { host, purpose, kind = 'app' }: Need): Promise<number> {
  const request = { host, environment: 'bench', kind, project: 'bench', purpose }
  return (await registry.allocate(request, waiting())).claim.id
}

async function releaseAll(registry: Registry, claimIds: readonly number[]): Promise<void> {
  const release = async (turn: number): Promise<void> => {
    const claimId = claimIds[turn - 1]
    if (claimId !== undefined) await registry.release({ claimId, project: 'bench' }, waiting())
  }
  await runClosedLoop(release, { ...BULK, countLimit: claimIds.length })
}

/** That many pairs, on as many hosts as they need, and one host that is nearly full. */
export async function fillRegistry(registry: Registry, count: number): Promise<void> {
  for (let index = 0; index * CLAIMS_PER_HOST < count; index += 1) {
    const host = `bench-${index}`
    await registry.declareHost({ name: host, ephemeralRange: 'none' }, waiting())
    const countLimit = Math.min(CLAIMS_PER_HOST, count - index * CLAIMS_PER_HOST)
    const ask = async (turn: number): Promise<void> => {
      await allocate(registry, { host, purpose: `there-${turn}` })
    }
    await runClosedLoop(ask, { ...BULK, countLimit })
  }
}

/** Node compiles what runs often, and PostgreSQL's sessions read their catalogues: neither belongs to a figure. */
export async function warmUp(registry: Registry): Promise<void> {
  for (const clients of [64, 1]) {
    const claimIds: number[] = []
    const ask = async (turn: number): Promise<void> => {
      claimIds.push(await allocate(registry, { host: MEASURED_HOST, purpose: `warm-${turn}` }))
    }
    await runClosedLoop(ask, { clients, limitMs: 10_000, countLimit: clients === 1 ? 200 : 3_000 })
    await releaseAll(registry, claimIds)
  }
}

/** @param registries asked in turns, as clients of several processes would */
export async function measureRow(
  registries: readonly Registry[],
  { what, clients, claims, limitMs, postgresPid }: Pick<Row, 'what' | 'clients' | 'claims'> & Measuring,
): Promise<Row> {
  const claimIds: number[] = []
  const ask = async (turn: number): Promise<void> => {
    const registry = registries[turn % registries.length]
    if (registry === undefined) return
    claimIds.push(await allocate(registry, { host: MEASURED_HOST, purpose: `new-${turn}` }))
  }
  const spent = await startCpuClock(postgresPid)
  const figures = await runClosedLoop(ask, { clients, limitMs, countLimit: ALLOCATIONS_PER_RUN })
  const cpu = await spent(figures.count)
  const [first] = registries
  if (first !== undefined) await releaseAll(first, claimIds)
  return { what, clients, claims, ...figures, ...cpu }
}

/** One pair of some 5,000 is free, near the end of the band; it is given back after each allocation. */
export async function measureNearlyFull(registry: Registry, { limitMs, postgresPid }: Measuring): Promise<Row> {
  await registry.declareHost({ name: NARROW_HOST, ephemeralRange: 'none' }, waiting())
  const need = { host: NARROW_HOST, kind: 'narrow' } as const
  const { range } = BENCH_BANDS[1]
  const countLimit = (range.last - range.first + 1) / 2 - REFUSED_PAIRS
  const fillOne = async (turn: number): Promise<void> => {
    await allocate(registry, { ...need, purpose: `there-${turn}` })
  }
  await runClosedLoop(fillOne, { ...BULK, countLimit })
  const { claims } = await registry.listClaims({ host: NARROW_HOST, port: range.last - 1 }, waiting())
  await releaseAll(
    registry,
    claims.map(({ id }) => id),
  )
  const samplesMs: number[] = []
  const spent = await startCpuClock(postgresPid)
  const untilMs = performance.now() + limitMs
  while (performance.now() < untilMs) {
    const askedAt = performance.now()
    const claimId = await allocate(registry, { ...need, purpose: `new-${samplesMs.length}` })
    samplesMs.push(performance.now() - askedAt)
    await releaseAll(registry, [claimId])
  }
  const count = samplesMs.length
  // The releases are in the CPU's figures, not in the times.
  const perSecond = Math.round(count / (samplesMs.reduce((sum, ms) => sum + ms, 0) / 1_000))
  return {
    what: 'nearly full band',
    clients: 1,
    claims: countLimit,
    count,
    perSecond,
    latency: latencyOf(samplesMs),
    ...(await spent(count)),
  }
}

/** Well-known ports of the narrow band: redis-sentinel's 26379 and MongoDB's 27017. */
const REFUSED_PAIRS = 2

/** @returns what says the CPU time since then, for one of so many */
async function startCpuClock(postgresPid: number) {
  const own = process.cpuUsage()
  const postgres = await cpuSeconds([postgresPid])
  return async (count: number): Promise<Pick<Row, 'cpuUs' | 'postgresCpuUs'>> => {
    const { user, system } = process.cpuUsage(own)
    const postgresUs = ((await cpuSeconds([postgresPid])) - postgres) * 1_000_000
    return { cpuUs: Math.round((user + system + postgresUs) / count), postgresCpuUs: Math.round(postgresUs / count) }
  }
}
