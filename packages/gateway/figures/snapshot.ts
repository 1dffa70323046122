import type { UpstreamState } from '../upstreams/upstream-state.ts'
import { addHistograms, type HistogramFigures } from './histogram.ts'
import { mergeUpstreams } from './merge-upstreams.ts'

/** The methods that are told apart. */
export const METHOD_CLASSES = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'] as const
/** `none`: the client had gone before there was an answer. */
export const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const

export interface RouteSnapshot {
  readonly path: string
  /** By method class × status class: `method * 6 + status`. */
  readonly counts: readonly number[]
  readonly receivedBytes: number
  readonly sentBytes: number
  /** From the head of the request to the end of the answer; without streams and WebSockets. */
  readonly duration: HistogramFigures
  /** From the request being sent to the head of the service's answer. */
  readonly upstream: HistogramFigures
}

export interface OpenAndTotal {
  readonly open: number
  readonly total: number
}

/** All figures of a gateway at a moment, as plain JSON: those of several workers add up, see {@link mergeSnapshots}. */
export interface GatewaySnapshot {
  readonly workerCount: number
  readonly takenAtMs: number
  readonly startedAtMs: number
  readonly stack: string
  /** Of the configuration: the beginning of its hash. Workers with another one are named by theirs, too. */
  readonly configurationVersions: readonly string[]
  readonly configuredAtMs: number
  readonly routes: readonly RouteSnapshot[]
  readonly refusals: Readonly<Record<string, number>>
  readonly connections: Readonly<Record<string, OpenAndTotal>>
  readonly streams: OpenAndTotal
  readonly tunnels: OpenAndTotal
  /** Requests under way, those that wait for their turn, and the clients whose accounts are kept. */
  readonly requestCount: number
  readonly waitingCount: number
  readonly clientCount: number
  readonly lagMs: number
  readonly memoryRatio: number
  /** Which part of the new requests is refused to keep up. */
  readonly sheddingRatio: number
  readonly memoryBytes: number
  readonly cpuSeconds: number
  readonly upstreams: readonly UpstreamState[]
}

/** What is left of the figures of a worker that has ended: what it has counted, and nothing that is open. */
export function pastOf(snapshot: GatewaySnapshot): GatewaySnapshot {
  const { connections, streams, tunnels } = snapshot
  return {
    ...snapshot,
    workerCount: 0,
    configurationVersions: [],
    connections: Object.fromEntries(
      Object.entries(connections).map(([protocol, { total }]) => [protocol, { open: 0, total }]),
    ),
    streams: { ...streams, open: 0 },
    tunnels: { ...tunnels, open: 0 },
    requestCount: 0,
    waitingCount: 0,
    clientCount: 0,
    lagMs: 0,
    memoryRatio: 0,
    sheddingRatio: 0,
    memoryBytes: 0,
    upstreams: [],
  }
}

/**
 * The figures of all workers together. Counts are added; lag, memory and shedding are the worst of any.
 * @throws RangeError for none at all
 */
export function mergeSnapshots(snapshots: readonly GatewaySnapshot[]): GatewaySnapshot {
  const [first, ...others] = snapshots
  if (first === undefined) throw new RangeError('There is no snapshot to merge.')
  return others.reduce(mergeTwo, first)
}

function mergeTwo(one: GatewaySnapshot, other: GatewaySnapshot): GatewaySnapshot {
  return {
    workerCount: one.workerCount + other.workerCount,
    takenAtMs: Math.max(one.takenAtMs, other.takenAtMs),
    startedAtMs: Math.min(one.startedAtMs, other.startedAtMs),
    stack: one.stack,
    configurationVersions: [...new Set([...one.configurationVersions, ...other.configurationVersions])],
    configuredAtMs: Math.max(one.configuredAtMs, other.configuredAtMs),
    routes: mergeRoutes(one.routes, other.routes),
    refusals: addRecords(one.refusals, other.refusals, (a, b) => a + b),
    connections: addRecords(one.connections, other.connections, addOpen),
    streams: addOpen(one.streams, other.streams),
    tunnels: addOpen(one.tunnels, other.tunnels),
    requestCount: one.requestCount + other.requestCount,
    waitingCount: one.waitingCount + other.waitingCount,
    clientCount: Math.max(one.clientCount, other.clientCount),
    lagMs: Math.max(one.lagMs, other.lagMs),
    memoryRatio: Math.max(one.memoryRatio, other.memoryRatio),
    sheddingRatio: Math.max(one.sheddingRatio, other.sheddingRatio),
    memoryBytes: one.memoryBytes + other.memoryBytes,
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    upstreams: mergeUpstreams(one.upstreams, other.upstreams),
  }
}

function addOpen(one: OpenAndTotal, other: OpenAndTotal): OpenAndTotal {
  return { open: one.open + other.open, total: one.total + other.total }
}

function mergeRoutes(one: readonly RouteSnapshot[], other: readonly RouteSnapshot[]): readonly RouteSnapshot[] {
  const routesByPath = new Map(one.map((route) => [route.path, route]))
  for (const route of other) {
    const same = routesByPath.get(route.path)
    routesByPath.set(route.path, same === undefined ? route : addRoutes(same, route))
  }
  return [...routesByPath.values()]
}

function addRoutes(one: RouteSnapshot, other: RouteSnapshot): RouteSnapshot {
  return {
    path: one.path,
    counts: one.counts.map((count, index) => count + (other.counts[index] ?? 0)),
    receivedBytes: one.receivedBytes + other.receivedBytes,
    sentBytes: one.sentBytes + other.sentBytes,
    duration: addHistograms(one.duration, other.duration),
    upstream: addHistograms(one.upstream, other.upstream),
  }
}

function addRecords<Value>(
  one: Readonly<Record<string, Value>>,
  other: Readonly<Record<string, Value>>,
  add: (a: Value, b: Value) => Value,
): Readonly<Record<string, Value>> {
  const sum: Record<string, Value> = Object.assign(Object.create(null), one)
  for (const [key, value] of Object.entries(other)) {
    const same = sum[key]
    sum[key] = same === undefined ? value : add(same, value)
  }
  return sum
}
