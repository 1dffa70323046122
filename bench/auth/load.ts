import { runClosedLoop } from '../closed-loop.ts'
import { cpuSeconds } from '../cpu-time.ts'

export interface Cost {
  readonly name: string
  readonly perCpuSecond: number
  /** As the client saw it; only of requests. */
  readonly medianMs?: number
  readonly p99Ms?: number
}

interface Load {
  readonly name: string
  readonly durationMs: number
  /** How many at a time. */
  readonly clientCount: number
  /** The processes whose time counts: never this one, which plays the clients. */
  readonly pids: readonly number[]
  readonly request: () => Promise<void>
}

interface Work {
  readonly name: string
  readonly durationMs: number
  readonly clientCount: number
  readonly work: () => Promise<unknown>
}

/** Sends one request after the other from several clients, and counts what the servers' processes needed for them. */
export async function measureLoad({ name, durationMs, clientCount, pids, request }: Load): Promise<Cost> {
  const cpuBefore = await cpuSeconds(pids)
  const { count, latency } = await runClosedLoop(request, { clients: clientCount, limitMs: durationMs })
  const spent = (await cpuSeconds(pids)) - cpuBefore
  return { name, perCpuSecond: count / spent, medianMs: latency.medianMs, p99Ms: latency.p99Ms }
}

/** The same for work within this process, so many at a time as the requests were. */
export async function measureWork({ name, durationMs, clientCount, work }: Work): Promise<Cost> {
  await work() // once for the compiler
  let count = 0
  const before = process.cpuUsage()
  const endsAt = performance.now() + durationMs
  const client = async () => {
    while (performance.now() < endsAt) {
      await work()
      count += 1
    }
  }
  await Promise.all(Array.from({ length: clientCount }, client))
  const { user, system } = process.cpuUsage(before)
  return { name, perCpuSecond: count / ((user + system) / 1_000_000) }
}
