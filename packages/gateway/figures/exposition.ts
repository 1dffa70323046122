import type { TargetState, UpstreamState } from '../upstreams/upstream-state.ts'
import { bucketEndMs, type HistogramFigures } from './histogram.ts'
import { type GatewaySnapshot, METHOD_CLASSES, type RouteSnapshot, STATUS_CLASSES } from './snapshot.ts'

/** Every fourth fine bucket is told: 17 ends from 64 µs to 4.2 s, each twice the one before; then 134 s. */
const TOLD_BUCKETS = [...Array.from({ length: 17 }, (_, index) => index * 4), 84]

type Kind = 'counter' | 'gauge' | 'histogram'
type Labels = readonly (readonly [string, string])[]
type Sample = readonly [suffix: string, labels: Labels, value: number]

/** The figures in Prometheus' text format, version 0.0.4. */
export function exposition(snapshot: GatewaySnapshot): string {
  return [
    ...requestMetrics(snapshot),
    ...connectionMetrics(snapshot),
    ...upstreamMetrics(snapshot),
    ...processMetrics(snapshot),
  ].join('')
}

function metric(
  name: string,
  { kind, help }: { readonly kind: Kind; readonly help: string },
  samples: readonly Sample[],
): string {
  const full = `portolan_gateway_${name}`
  const lines = samples.map(([suffix, labels, value]) => `${full}${suffix}${labelText(labels)} ${value}\n`)
  return `# HELP ${full} ${help}\n# TYPE ${full} ${kind}\n${lines.join('')}`
}

function labelText(labels: Labels): string {
  if (labels.length === 0) return ''
  return `{${labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function requestMetrics({ routes, refusals, requestCount, waitingCount }: GatewaySnapshot): readonly string[] {
  const byRoute = (value: (route: RouteSnapshot) => number): readonly Sample[] =>
    routes.map((route) => ['', [['route', route.path]], value(route)])
  return [
    metric('requests_total', { kind: 'counter', help: 'Requests that have ended.' }, routes.flatMap(requestSamples)),
    metric(
      'request_duration_seconds',
      {
        kind: 'histogram',
        help: 'From the head of a request to the end of its answer; without streams and WebSockets.',
      },
      routes.flatMap(({ path, duration }) => histogramSamples([['route', path]], duration)),
    ),
    metric(
      'upstream_duration_seconds',
      { kind: 'histogram', help: 'From a request being sent to a service to the head of its answer.' },
      routes.flatMap(({ path, upstream }) => histogramSamples([['route', path]], upstream)),
    ),
    metric(
      'received_bytes_total',
      { kind: 'counter', help: 'Content of requests.' },
      byRoute((route) => route.receivedBytes),
    ),
    metric(
      'sent_bytes_total',
      { kind: 'counter', help: 'Content of answers.' },
      byRoute((route) => route.sentBytes),
    ),
    metric(
      'refusals_total',
      { kind: 'counter', help: 'Errors that the gateway itself answered with, by code.' },
      Object.entries(refusals).map(([code, count]) => ['', [['code', code]], count]),
    ),
    metric('requests_open', { kind: 'gauge', help: 'Requests under way.' }, [['', [], requestCount]]),
    metric('requests_waiting', { kind: 'gauge', help: 'Requests that wait for their turn.' }, [['', [], waitingCount]]),
  ]
}

function requestSamples({ path, counts }: RouteSnapshot): readonly Sample[] {
  return counts.flatMap((count, index): readonly Sample[] => {
    if (count === 0) return []
    const method = METHOD_CLASSES[Math.floor(index / STATUS_CLASSES.length)] ?? 'other'
    const status = STATUS_CLASSES[index % STATUS_CLASSES.length] ?? 'none'
    return [
      [
        '',
        [
          ['route', path],
          ['method', method],
          ['status', status],
        ],
        count,
      ],
    ]
  })
}

function histogramSamples(labels: Labels, { counts, sumMs }: HistogramFigures): readonly Sample[] {
  let seen = 0
  let next = 0
  const buckets = TOLD_BUCKETS.map((index): Sample => {
    while (next <= index) {
      seen += counts[next] ?? 0
      next += 1
    }
    const end = bucketEndMs(index)
    const le = Number.isFinite(end) ? String(Math.round(end * 1_000) / 1e6) : '+Inf'
    return ['_bucket', [...labels, ['le', le]], seen]
  })
  return [...buckets, ['_sum', labels, sumMs / 1_000], ['_count', labels, seen]]
}

function connectionMetrics({ connections, streams, tunnels }: GatewaySnapshot): readonly string[] {
  const kinds = Object.entries(connections)
  return [
    metric(
      'connections_open',
      { kind: 'gauge', help: 'Connections of clients, by what they speak.' },
      kinds.map(([kind, { open }]) => ['', [['protocol', kind]], open]),
    ),
    metric(
      'connections_total',
      { kind: 'counter', help: 'Connections of clients that were taken.' },
      kinds.map(([kind, { total }]) => ['', [['protocol', kind]], total]),
    ),
    metric('streams_open', { kind: 'gauge', help: 'Event streams.' }, [['', [], streams.open]]),
    metric('streams_total', { kind: 'counter', help: 'Event streams that have begun.' }, [['', [], streams.total]]),
    metric('tunnels_open', { kind: 'gauge', help: 'WebSockets.' }, [['', [], tunnels.open]]),
    metric('tunnels_total', { kind: 'counter', help: 'WebSockets that were agreed to.' }, [['', [], tunnels.total]]),
  ]
}

interface UpstreamMetric<State> {
  readonly name: string
  readonly kind: Kind
  readonly help: string
  readonly value: (state: State) => number
}

const TARGET_METRICS: readonly UpstreamMetric<TargetState>[] = [
  {
    name: 'connections_used',
    kind: 'gauge',
    help: 'Connections with a request on them.',
    value: (one) => one.usedCount,
  },
  {
    name: 'connections_kept',
    kind: 'gauge',
    help: 'Connections that wait for a request.',
    value: (one) => one.keptCount,
  },
  { name: 'web_sockets', kind: 'gauge', help: 'WebSockets to a service.', value: (one) => one.webSocketCount },
  { name: 'requests_total', kind: 'counter', help: 'Requests sent to a service.', value: (one) => one.requestCount },
  { name: 'failures_total', kind: 'counter', help: 'Requests without an answer.', value: (one) => one.failureCount },
  { name: 'errors_total', kind: 'counter', help: 'Answers of 500 and above.', value: (one) => one.errorCount },
  { name: 'available', kind: 'gauge', help: 'Whether a target may get requests.', value: availability },
]

const WHOLE_METRICS: readonly UpstreamMetric<UpstreamState>[] = [
  {
    name: 'requests_waiting',
    kind: 'gauge',
    help: 'Requests that wait for a target.',
    value: (one) => one.waitingCount,
  },
  { name: 'retries_total', kind: 'counter', help: 'Requests that were sent again.', value: (one) => one.retryCount },
]

/** Its circuit is closed, and it is not known to be unhealthy. */
function availability({ circuit, isHealthy }: TargetState): number {
  return circuit === 'closed' && isHealthy !== false ? 1 : 0
}

function upstreamMetrics({ upstreams }: GatewaySnapshot): readonly string[] {
  const all = upstreams.slice(0, MOST_UPSTREAMS)
  const targets = TARGET_METRICS.map(({ name, kind, help, value }) => {
    const samples = all.flatMap((upstream) =>
      upstream.targets.map((target): Sample => ['', targetLabels(upstream, target), value(target)]),
    )
    return metric(`upstream_${name}`, { kind, help }, samples)
  })
  const whole = WHOLE_METRICS.map(({ name, kind, help, value }) => {
    const samples = all.map((upstream): Sample => ['', [['upstream', upstream.name]], value(upstream)])
    return metric(`upstream_${name}`, { kind, help }, samples)
  })
  return [...targets, ...whole]
}

function targetLabels({ name }: UpstreamState, { half, address }: TargetState): Labels {
  const labels: Labels = [
    ['upstream', name],
    ['target', address],
  ]
  return half === undefined ? labels : [...labels, ['half', half]]
}

/** Ports of workspaces come and go: more series than this help nobody. */
const MOST_UPSTREAMS = 500

function processMetrics(snapshot: GatewaySnapshot): readonly string[] {
  const { configurationVersions, configuredAtMs, takenAtMs, startedAtMs } = snapshot
  const gauge = (name: string, help: string, value: number) => metric(name, { kind: 'gauge', help }, [['', [], value]])
  return [
    metric(
      'configuration_info',
      { kind: 'gauge', help: 'The configuration that is in force, by the beginning of its hash.' },
      configurationVersions.map((version) => [
        '',
        [
          ['version', version],
          ['stack', snapshot.stack],
        ],
        1,
      ]),
    ),
    gauge('configuration_age_seconds', 'Since it came into force.', (takenAtMs - configuredAtMs) / 1_000),
    gauge('uptime_seconds', 'Since the oldest of its processes began.', (takenAtMs - startedAtMs) / 1_000),
    gauge('workers', 'Processes that serve.', snapshot.workerCount),
    gauge('clients', 'Clients and workspaces whose accounts are kept.', snapshot.clientCount),
    gauge(
      'event_loop_lag_seconds',
      'How late the event loop is on average, in the latest of the workers.',
      snapshot.lagMs / 1_000,
    ),
    gauge(
      'memory_ratio',
      'The part of the heap or the memory that is in use, in the fullest of the workers.',
      snapshot.memoryRatio,
    ),
    gauge('memory_bytes', 'Resident memory of all workers.', snapshot.memoryBytes),
    gauge('shedding_ratio', 'Which part of the new requests is refused to keep up.', snapshot.sheddingRatio),
    metric('cpu_seconds_total', { kind: 'counter', help: 'Processor time of all workers.' }, [
      ['', [], snapshot.cpuSeconds],
    ]),
  ]
}
