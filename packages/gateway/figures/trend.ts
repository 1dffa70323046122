import { addHistograms, type HistogramFigures, quantileMs } from './histogram.ts'
import { type GatewaySnapshot, type RouteSnapshot, STATUS_CLASSES } from './snapshot.ts'

const WINDOW_MS = 60_000
const SPACING_MS = 5_000

/** What a person wants to know of a gateway: how it does now, as plain JSON. */
export interface GatewayStatus {
  readonly stack: string
  readonly takenAtMs: number
  readonly uptimeSeconds: number
  readonly workerCount: number
  readonly configurationVersions: readonly string[]
  readonly configurationAgeSeconds: number
  /** How far back rates, durations and `recently` reach. */
  readonly windowSeconds: number
  readonly requestsPerSecond: number
  readonly medianMs: number | undefined
  readonly p99Ms: number | undefined
  readonly connectionCount: number
  readonly streamCount: number
  readonly tunnelCount: number
  readonly requestCount: number
  readonly waitingCount: number
  readonly lagMs: number
  readonly memoryBytes: number
  /** Of one processor: 1.5 is one and a half. */
  readonly processorRatio: number
  readonly sheddingRatio: number
  readonly routes: readonly RouteStatus[]
  readonly refusals: readonly RefusalStatus[]
  readonly upstreams: GatewaySnapshot['upstreams']
}

export interface RouteStatus {
  readonly path: string
  readonly requestsPerSecond: number
  readonly requestCount: number
  /** Answers of 500 and above, within the window. */
  readonly failuresRecently: number
  readonly medianMs: number | undefined
  readonly p99Ms: number | undefined
  readonly upstreamMedianMs: number | undefined
}

export interface RefusalStatus {
  readonly code: string
  readonly count: number
  readonly recently: number
}

/** Remembers the figures of the last minute, so that there is something to compare the present ones with. */
export class Trend {
  #earlier: readonly GatewaySnapshot[] = []

  /** Called with every snapshot that is taken; keeps one every few seconds. */
  add(snapshot: GatewaySnapshot): void {
    const last = this.#earlier.at(-1)
    if (last !== undefined && snapshot.takenAtMs - last.takenAtMs < SPACING_MS) return
    const oldestMs = snapshot.takenAtMs - WINDOW_MS - SPACING_MS
    this.#earlier = [...this.#earlier.filter(({ takenAtMs }) => takenAtMs >= oldestMs), snapshot]
  }

  status(now: GatewaySnapshot): GatewayStatus {
    // The processes may have been replaced meanwhile: then the old figures are not the beginning of the new ones.
    const before = this.#earlier.find((earlier) => earlier.takenAtMs < now.takenAtMs && isBeginningOf(earlier, now))
    const sinceMs = before?.takenAtMs ?? now.startedAtMs
    const seconds = Math.max(0.001, (now.takenAtMs - sinceMs) / 1_000)
    const routes = now.routes.map((route) =>
      routeStatus(
        route,
        before?.routes.find(({ path }) => path === route.path),
        seconds,
      ),
    )
    const duration = sumOf(now.routes.map((route) => sinceThen(route, before, 'duration')))
    return {
      stack: now.stack,
      takenAtMs: now.takenAtMs,
      uptimeSeconds: (now.takenAtMs - now.startedAtMs) / 1_000,
      workerCount: now.workerCount,
      configurationVersions: now.configurationVersions,
      configurationAgeSeconds: (now.takenAtMs - now.configuredAtMs) / 1_000,
      windowSeconds: seconds,
      requestsPerSecond: routes.reduce((sum, route) => sum + route.requestsPerSecond, 0),
      medianMs: duration === undefined ? undefined : quantileMs(duration, 0.5),
      p99Ms: duration === undefined ? undefined : quantileMs(duration, 0.99),
      connectionCount: Object.values(now.connections).reduce((sum, { open }) => sum + open, 0),
      streamCount: now.streams.open,
      tunnelCount: now.tunnels.open,
      requestCount: now.requestCount,
      waitingCount: now.waitingCount,
      lagMs: now.lagMs,
      memoryBytes: now.memoryBytes,
      processorRatio: Math.max(0, now.cpuSeconds - (before?.cpuSeconds ?? 0)) / seconds,
      sheddingRatio: now.sheddingRatio,
      routes: routes.toSorted((one, other) => other.requestCount - one.requestCount),
      refusals: Object.entries(now.refusals)
        .map(([code, count]) => ({ code, count, recently: count - (before?.refusals[code] ?? 0) }))
        .toSorted((one, other) => other.count - one.count),
      upstreams: now.upstreams,
    }
  }
}

function isBeginningOf(earlier: GatewaySnapshot, now: GatewaySnapshot): boolean {
  return earlier.routes.every(({ path, counts }) => {
    const later = now.routes.find((route) => route.path === path)
    return later !== undefined && totalOf(later.counts) >= totalOf(counts)
  })
}

function routeStatus(route: RouteSnapshot, before: RouteSnapshot | undefined, seconds: number): RouteStatus {
  const counts = route.counts.map((count, index) => count - (before?.counts[index] ?? 0))
  const duration = before === undefined ? route.duration : addHistograms(route.duration, before.duration, -1)
  const upstream = before === undefined ? route.upstream : addHistograms(route.upstream, before.upstream, -1)
  const failed = STATUS_CLASSES.indexOf('5xx')
  return {
    path: route.path,
    requestsPerSecond: totalOf(counts) / seconds,
    requestCount: totalOf(route.counts),
    failuresRecently: totalOf(counts.filter((_, index) => index % STATUS_CLASSES.length === failed)),
    medianMs: quantileMs(duration, 0.5),
    p99Ms: quantileMs(duration, 0.99),
    upstreamMedianMs: quantileMs(upstream, 0.5),
  }
}

function sinceThen(route: RouteSnapshot, before: GatewaySnapshot | undefined, which: 'duration'): HistogramFigures {
  const earlier = before?.routes.find(({ path }) => path === route.path)
  return earlier === undefined ? route[which] : addHistograms(route[which], earlier[which], -1)
}

function sumOf([first, ...others]: readonly HistogramFigures[]): HistogramFigures | undefined {
  return first === undefined ? undefined : others.reduce((sum, one) => addHistograms(sum, one), first)
}

function totalOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
