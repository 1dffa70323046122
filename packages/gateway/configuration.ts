import { type AccessLogSettings, readAccessLog } from './access-log.ts'
import { isNetwork } from './client-address.ts'
import { Reader } from './configuration-reader.ts'
import { configurationInvalid } from './errors.ts'
import { type LimitsSetting, readLimits, readShareLimits } from './limits/limits-configuration.ts'
import { type PatternHostConfiguration, readPatternHost } from './pattern-host/pattern-host-configuration.ts'
import type { GatewayRoute } from './route.ts'
import { readTls, type TlsConfiguration } from './tls/tls-configuration.ts'
import { readRouteTarget, readUpstreams } from './upstreams/read-upstreams.ts'
import type { UpstreamDeclaration } from './upstreams/upstream-declaration.ts'

/** A place where the gateway accepts connections. Port 0 asks the system for a free one. */
export interface GatewayListener {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Whether connections are encrypted there. */
  readonly tls?: boolean
}

/** Everything a gateway does, as one immutable value of plain JSON that is swapped whole. */
export interface GatewayConfiguration {
  /** The name of the stack that this gateway serves. */
  readonly stack: string
  /** How many processes serve; each needs a core of its own to be of use. */
  readonly workers: number
  /** The names that it answers to besides `localhost` and addresses; `*.example.com` is every name below, `*` any. */
  readonly domains: readonly string[]
  /** Addresses and networks (`10.0.0.0/8`) of proxies in front, whose word about the client counts. */
  readonly trustedProxies: readonly string[]
  readonly listeners: readonly GatewayListener[]
  readonly routes: readonly GatewayRoute[]
  /** For the listeners with `tls`. */
  readonly tls?: TlsConfiguration
  /** Shows ports of workspaces under hosts of their own. */
  readonly patternHost?: PatternHostConfiguration
  /** What several routes share, or what is more than an address: pairs, health checks, limits. */
  readonly upstreams?: readonly UpstreamDeclaration[]
  /** What clients, workspaces and routes may take; `false`: as much as they like. */
  readonly limits?: LimitsSetting | false
  readonly log?: Partial<AccessLogSettings>
  readonly tracing?: { readonly madeRatio: number }
  /** Where whoever runs the gateway looks at it. */
  readonly admin?: AdminAddress
  /** Whether errors tell on which grounds they were decided. For development: it names routes and services. */
  readonly explainsErrors?: boolean
}

/** A place of its own for figures and the status page. Port 0 asks the system for a free one. */
export interface AdminAddress {
  readonly address: string
  readonly port: number
}

/** More than any machine has a use for. */
const MOST_WORKERS = 64

const KEYS = [
  'stack',
  'workers',
  'domains',
  'trustedProxies',
  'listeners',
  'routes',
  'tls',
  'patternHost',
  'upstreams',
  'limits',
  'log',
  'tracing',
  'admin',
  'explainsErrors',
] as const

/**
 * Validates a configuration and gives it back frozen to the leaves, the route paths normalised.
 * A key that this version does not know is a fault: whoever wrote it relies on something that would not happen.
 * @throws GATEWAY_CONFIGURATION_INVALID with all faults at once, in the message and as `details.faults`
 */
export function parseGatewayConfiguration(value: unknown): GatewayConfiguration {
  const faults: string[] = []
  const read = new Reader(faults)
  const { stack, workers, domains, trustedProxies, listeners, routes, patternHost, ...rest } = read.record(
    value,
    '',
    KEYS,
  )
  const upstreams = readUpstreams(read, rest.upstreams)
  const names = upstreams.map(({ name }) => name)
  const configuration: GatewayConfiguration = {
    stack: read.name(stack, 'stack'),
    workers: workers === undefined ? 1 : read.count(workers, 'workers', { lowest: 1, highest: MOST_WORKERS }),
    domains:
      domains === undefined ? [] : read.list(domains, 'domains').map((one, index) => readDomain(read, one, index)),
    trustedProxies:
      trustedProxies === undefined
        ? []
        : read.list(trustedProxies, 'trustedProxies').map((one, index) => readNetwork(read, one, index)),
    listeners: read.list(listeners, 'listeners').map((listener, index) => readListener(read, listener, index)),
    routes: read.list(routes, 'routes').map((route, index) => readRoute(read, route, { index, names })),
    upstreams,
    ...readSurroundings(read, { ...rest, listeners }),
    ...(patternHost === undefined ? {} : { patternHost: readPatternHost(read, patternHost) }),
  }
  if (Array.isArray(listeners) && listeners.length === 0) faults.push('listeners: expected at least one, found none')
  refuseTwins(
    configuration.listeners.map(({ name }) => name),
    'listeners',
    faults,
  )
  refuseTwins(
    configuration.routes.map(({ path }) => path),
    'routes',
    faults,
  )
  refuseTwins(names, 'upstreams', faults)
  if (faults.length > 0) throw configurationInvalid(faults)
  return freeze(configuration)
}

function readEncryption(read: Reader, tls: unknown, listeners: unknown) {
  if (tls !== undefined) return { tls: readTls(read, tls) }
  const isNeeded = Array.isArray(listeners) && listeners.some((one: unknown) => Object(one).tls === true)
  if (isNeeded) read.fault('tls', 'certificates for the listeners with "tls"', tls)
  return {}
}

/** How it is encrypted, what is written down, what is limited, and who may look at it. */
function readSurroundings(read: Reader, values: Readonly<Record<string, unknown>>) {
  const { limits, log, tracing, admin, explainsErrors, tls, listeners } = values
  const setting = readLimits(read, limits, isNetwork)
  return {
    ...readEncryption(read, tls, listeners),
    ...(setting === undefined ? {} : { limits: setting }),
    ...(log === undefined ? {} : { log: readAccessLog(read, log) }),
    ...(tracing === undefined ? {} : { tracing: readTracing(read, tracing) }),
    ...(admin === undefined ? {} : { admin: readAdmin(read, admin) }),
    ...(explainsErrors === undefined ? {} : { explainsErrors: read.flag(explainsErrors, 'explainsErrors') }),
  }
}

function readTracing(read: Reader, value: unknown): { readonly madeRatio: number } {
  const { madeRatio } = read.record(value, 'tracing', ['madeRatio'])
  return Object.freeze({ madeRatio: read.ratio(madeRatio, 'tracing.madeRatio') })
}

function readAdmin(read: Reader, value: unknown): AdminAddress {
  const { address, port } = read.record(value, 'admin', ['address', 'port'])
  return Object.freeze({
    address: read.host(address, 'admin.address'),
    port: read.port(port, 'admin.port', { lowest: 0 }),
  })
}

function readNetwork(read: Reader, value: unknown, index: number): string {
  const at = `trustedProxies[${index}]`
  const text = read.name(value, at)
  return text === '' || isNetwork(text) ? text : read.fault(at, 'an address or a network such as 10.0.0.0/8', value)
}

function readListener(read: Reader, value: unknown, index: number): GatewayListener {
  const at = `listeners[${index}]`
  const { name, address, port, tls } = read.record(value, at, ['name', 'address', 'port', 'tls'])
  return Object.freeze({
    name: read.name(name, `${at}.name`),
    address: read.host(address, `${at}.address`),
    port: read.port(port, `${at}.port`, { lowest: 0 }),
    ...(tls === undefined ? {} : { tls: read.flag(tls, `${at}.tls`) }),
  })
}

function readDomain(read: Reader, value: unknown, index: number): string {
  const at = `domains[${index}]`
  const domain = read.name(value, at)
  return domain === '*' || domain === ''
    ? domain
    : `${domain.startsWith('*.') ? '*.' : ''}${read.host(domain.replace(/^\*\./, ''), at)}`
}

interface RoutePlace {
  readonly index: number
  /** Of the upstreams. */
  readonly names: readonly string[]
}

function readRoute(read: Reader, value: unknown, { index, names }: RoutePlace): GatewayRoute {
  const at = `routes[${index}]`
  const { path, service, target, websocket, limits } = read.record(value, at, [
    'path',
    'service',
    'target',
    'websocket',
    'limits',
  ])
  return Object.freeze({
    path: read.prefix(path, `${at}.path`),
    service: read.name(service, `${at}.service`),
    target: readRouteTarget(read, target, { at: `${at}.target`, names }),
    websocket: read.flag(websocket, `${at}.websocket`),
    ...(limits === undefined ? {} : { limits: readShareLimits(read, limits, `${at}.limits`) }),
  })
}

function refuseTwins(names: readonly string[], place: string, faults: string[]): void {
  names.forEach((name, index) => {
    const first = names.indexOf(name)
    // An empty name has its own fault already.
    if (first < index && name !== '') faults.push(`${place}[${index}]: "${name}" is already said by ${place}[${first}]`)
  })
}

function freeze(configuration: GatewayConfiguration): GatewayConfiguration {
  const { domains, trustedProxies, listeners, routes } = configuration
  return Object.freeze({
    ...configuration,
    domains: Object.freeze(domains),
    trustedProxies: Object.freeze(trustedProxies),
    listeners: Object.freeze(listeners),
    routes: Object.freeze(routes),
  })
}
