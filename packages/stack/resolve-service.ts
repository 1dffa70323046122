import type { Transport } from '@portolan/ports'
import { faultAt } from './fault.ts'
import type { Path } from './position.ts'
import type { Capacity, Health, Need, Port, Route, Run, Service, Span } from './resolved-stack.ts'
import { type Resolving, rangeAt, shiftedAt } from './resolving.ts'
import type { FullGateway, FullHealth, FullNeed, FullPort, FullRoute, FullRun, FullService } from './stack-schema.ts'
import type { EmbeddedPart, Protocol } from './vocabulary.ts'

/** Nothing else speaks on the ports of what Portolan brings along. The bus has none, and the gateway's say it. */
const EMBEDDED_PROTOCOLS = {
  postgres: 'postgres',
  objects: 'http',
  bus: undefined,
  gateway: undefined,
} as const satisfies Record<EmbeddedPart | 'gateway', Protocol | undefined>

const HEALTH_DEFAULTS = { intervalMs: 5_000, timeoutMs: 2_000, startTimeoutMs: 60_000 } as const

interface Naming {
  readonly name: string
  readonly source: Path
  readonly resolving: Resolving
}

export function resolveService(written: FullService | FullGateway, { name, source, resolving }: Naming): Service {
  const run: Run = written.run === undefined ? { kind: 'embedded', part: 'gateway' } : resolveRun(written.run)
  // What others run is not moved along: its ports are not this machine's.
  const shifted = run.kind === 'external' ? { ...resolving, shift: 0 } : resolving
  const ports = Object.entries(written.ports ?? {}).flatMap(
    ([port, value]) => resolvePort(value, { name: port, source: [...source, 'ports', port], resolving: shifted }) ?? [],
  )
  const speaks = run.kind === 'embedded' ? EMBEDDED_PROTOCOLS[run.part] : undefined
  return {
    name,
    host: written.host ?? 'local',
    run,
    ports: speaks === undefined ? ports : ports.map((port) => ({ ...port, speaks: [speaks] })),
    routes: (written.routes ?? []).map((route, index) => resolveRoute(route, [...source, 'routes', index])),
    needs: Object.entries(written.needs ?? {}).map(([service, need]) =>
      resolveNeed(service, need, [...source, 'needs', service]),
    ),
    isOptional: written.optional ?? false,
    health: written.health === undefined ? undefined : resolveHealth(written.health, [...source, 'health'], shifted),
    metrics:
      written.metrics === undefined
        ? undefined
        : { path: written.metrics.path, port: written.metrics.port, source: [...source, 'metrics'] },
    environment: Object.fromEntries(
      Object.entries(written.environment ?? {}).map(([key, value]) => [key, String(value)]),
    ),
    networks: written.networks,
    domains: 'domains' in written ? (written.domains ?? []) : [],
    settings: written.settings ?? {},
    source,
  }
}

function resolveRun(run: FullRun): Run {
  if ('module' in run) return { kind: 'module', module: run.module }
  if ('command' in run) return { kind: 'command', command: run.command, args: run.args ?? [], folder: run.folder }
  if ('container' in run) return { kind: 'container', image: run.container, args: run.args ?? [] }
  if ('embedded' in run) return { kind: 'embedded', part: run.embedded }
  return { kind: 'external', address: run.external }
}

function resolvePort(port: FullPort, { name, source, resolving }: Naming): Port | undefined {
  const written = port.port ?? port.range
  if (written === undefined) {
    const message = `"${name}" says neither "port" nor "range".`
    resolving.faults.push(
      faultAt(resolving.positions.at(source), { code: 'STACK_KEY_MISSING', message, expected: '"port" or "range"' }),
    )
    return undefined
  }
  if (port.port !== undefined && port.range !== undefined) {
    const message = `"${name}" says both "port" and "range".`
    resolving.faults.push(
      faultAt(resolving.positions.at(source), { code: 'STACK_VALUE_INVALID', message, expected: 'one of the two' }),
    )
  }
  const declared = rangeAt(written, [...source, port.port === undefined ? 'range' : 'port'], resolving)
  if (declared === undefined) return undefined
  const publishPath = [...source, 'publish']
  const range = shiftedAt(declared, source, resolving)
  const published = port.publish === undefined ? undefined : rangeAt(port.publish, publishPath, resolving)
  const transports = listOf<Transport>(port.transport ?? 'tcp')
  return {
    name,
    range,
    published: published === undefined ? range : shiftedAt(published, publishPath, resolving),
    transports,
    reach: port.reach ?? 'internal',
    speaks: port.speaks === undefined ? usualProtocols(name, transports) : listOf<Protocol>(port.speaks),
    nodePorts: nodePortsOf(port.nodePort, transports),
    capacity: port.capacity === undefined ? undefined : capacityOf(port.capacity),
    source,
  }
}

/** The name says it in nearly every stack: `http: 8000`. Anything else is unknown until it is said. */
function usualProtocols(name: string, transports: readonly Transport[]): readonly Protocol[] {
  if (!transports.includes('tcp')) return []
  if (name === 'http' || name === 'https') return [name]
  return []
}

function nodePortsOf(
  written: FullPort['nodePort'],
  transports: readonly Transport[],
): Readonly<Partial<Record<Transport, number>>> {
  if (written === undefined) return {}
  if (typeof written === 'number') return Object.fromEntries(transports.map((transport) => [transport, written]))
  return written
}

function capacityOf(written: NonNullable<FullPort['capacity']>): Capacity {
  return {
    participants: written.participants,
    portsEach: spanOf(written.portsEach),
    ports: spanOf(written.ports),
    streams: written.streams,
  }
}

function spanOf(written: number | string | undefined): Span | undefined {
  if (written === undefined) return undefined
  if (typeof written === 'number') return { least: written, most: written }
  const [least = '0', most = least] = written.split('-')
  return { least: Number(least), most: Number(most) }
}

function resolveRoute(route: FullRoute, source: Path): Route {
  return { path: route.path, port: route.port, websocket: route.websocket ?? false, source }
}

function resolveNeed(service: string, need: FullNeed, source: Path): Need {
  const role = need.role ?? (need.database === undefined ? undefined : `${need.database.replace(/_db$/, '')}_user`)
  return {
    service,
    database: need.database,
    role,
    redisDb: need.redisDb,
    bucket: need.bucket,
    prefix: need.prefix,
    port: need.port,
    keeps: need.keeps ?? [],
    source,
  }
}

function resolveHealth(written: FullHealth, source: Path, { shift }: Resolving): Health {
  return {
    path: written.path,
    // A number moves with the port that it means.
    port: typeof written.port === 'number' ? written.port + shift : written.port,
    intervalMs: written.intervalMs ?? HEALTH_DEFAULTS.intervalMs,
    timeoutMs: written.timeoutMs ?? HEALTH_DEFAULTS.timeoutMs,
    startTimeoutMs: written.startTimeoutMs ?? HEALTH_DEFAULTS.startTimeoutMs,
    source,
  }
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === 'string' ? [value] : value
}
