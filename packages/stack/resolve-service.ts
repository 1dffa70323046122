import { faultAt } from './fault.ts'
import type { Path } from './position.ts'
import { movedNumber, resolvePort } from './resolve-port.ts'
import type { DeclaredService, Health, Need, Route, Run } from './resolved-stack.ts'
import type { Resolving } from './resolving.ts'
import type { FullGateway, FullHealth, FullNeed, FullRoute, FullRun, FullService } from './stack-schema.ts'
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

export function resolveService(
  written: FullService | FullGateway,
  { name, source, resolving }: Naming,
): DeclaredService {
  const run: Run = written.run === undefined ? { kind: 'embedded', part: 'gateway' } : resolveRun(written.run)
  const isExternal = run.kind === 'external'
  // What others run is not moved along: its ports are not this machine's.
  const placing = isExternal ? { ...resolving, shift: 0, numbers: new Map<string, number>() } : resolving
  const movement = { service: name, resolving: placing }
  const ports = Object.entries(written.ports ?? {}).flatMap(
    ([port, value]) =>
      resolvePort(value, { ...movement, isExternal, name: port, source: [...source, 'ports', port] }) ?? [],
  )
  refusePortsOfSlots(written, { source, resolving, run })
  const moved = (number: number) => movedNumber(number, written.ports ?? {}, movement)
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
    upstream: written.upstream ?? {},
    isOptional: written.optional ?? false,
    health: written.health === undefined ? undefined : resolveHealth(written.health, [...source, 'health'], moved),
    metrics:
      written.metrics === undefined
        ? undefined
        : { path: written.metrics.path, port: written.metrics.port, source: [...source, 'metrics'] },
    environment: Object.fromEntries(
      Object.entries(written.environment ?? {}).map(([key, value]) => [key, String(value)]),
    ),
    networks: written.networks,
    settings: written.settings ?? {},
    source,
  }
}

/** The registry has their numbers, and they differ from half to half. */
function refusePortsOfSlots(
  written: FullService | FullGateway,
  { source, resolving, run }: Pick<Naming, 'source' | 'resolving'> & { readonly run: Run },
): void {
  if (run.kind !== 'slots' || Object.keys(written.ports ?? {}).length === 0) return
  const message = 'A service that runs in slots declares no ports: the registry has those of both halves.'
  const at = resolving.positions.at([...source, 'ports'])
  resolving.faults.push(faultAt(at, { code: 'STACK_VALUE_INVALID', message, expected: 'no "ports"' }))
}

function resolveRun(run: FullRun): Run {
  if ('module' in run) return { kind: 'module', module: run.module }
  if ('command' in run) return { kind: 'command', command: run.command, args: run.args ?? [], folder: run.folder }
  if ('container' in run) return { kind: 'container', image: run.container, args: run.args ?? [] }
  if ('embedded' in run) return { kind: 'embedded', part: run.embedded }
  if ('external' in run) return { kind: 'external', address: run.external }
  const [project = '', environment = ''] = run.slots.split('/')
  const { kind: claimKind, purpose, host, address } = run
  return { kind: 'slots', project, environment, claimKind, purpose, host, address }
}

function resolveRoute(route: FullRoute, source: Path): Route {
  return { path: route.path, port: route.port, websocket: route.websocket ?? false, limits: route.limits, source }
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

function resolveHealth(written: FullHealth, source: Path, moved: (number: number) => number): Health {
  return {
    path: written.path,
    port: typeof written.port === 'number' ? moved(written.port) : written.port,
    intervalMs: written.intervalMs ?? HEALTH_DEFAULTS.intervalMs,
    timeoutMs: written.timeoutMs ?? HEALTH_DEFAULTS.timeoutMs,
    startTimeoutMs: written.startTimeoutMs ?? HEALTH_DEFAULTS.startTimeoutMs,
    source,
  }
}
