import { errorMessage } from '@portolan/errors'
import { isNetwork } from './client-address.ts'
import { configurationInvalid } from './errors.ts'
import { normalisePath } from './path.ts'
import type { GatewayRoute } from './route.ts'

/** A place where the gateway accepts connections. Port 0 asks the system for a free one. */
export interface GatewayListener {
  readonly name: string
  readonly address: string
  readonly port: number
}

/** Everything a gateway does, as one immutable value of plain JSON that is swapped whole. */
export interface GatewayConfiguration {
  /** The name of the stack that this gateway serves. */
  readonly stack: string
  /** The names that it answers to besides `localhost` and addresses; `*.example.com` is every name below, `*` any. */
  readonly domains: readonly string[]
  /** Addresses and networks (`10.0.0.0/8`) of proxies in front, whose word about the client counts. */
  readonly trustedProxies: readonly string[]
  readonly listeners: readonly GatewayListener[]
  readonly routes: readonly GatewayRoute[]
}

const KEYS = ['stack', 'domains', 'trustedProxies', 'listeners', 'routes'] as const

/**
 * Validates a configuration and gives it back frozen to the leaves, the route paths normalised.
 * A key that this version does not know is a fault: whoever wrote it relies on something that would not happen.
 * @throws GATEWAY_CONFIGURATION_INVALID with all faults at once, in the message and as `details.faults`
 */
export function parseGatewayConfiguration(value: unknown): GatewayConfiguration {
  const faults: string[] = []
  const read = new Reader(faults)
  const { stack, domains, trustedProxies, listeners, routes } = read.record(value, '', KEYS)
  const configuration: GatewayConfiguration = {
    stack: read.name(stack, 'stack'),
    domains:
      domains === undefined ? [] : read.list(domains, 'domains').map((one, index) => readDomain(read, one, index)),
    trustedProxies:
      trustedProxies === undefined
        ? []
        : read.list(trustedProxies, 'trustedProxies').map((one, index) => readNetwork(read, one, index)),
    listeners: read.list(listeners, 'listeners').map((listener, index) => readListener(read, listener, index)),
    routes: read.list(routes, 'routes').map((route, index) => readRoute(read, route, index)),
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
  if (faults.length > 0) throw configurationInvalid(faults)
  return freeze(configuration)
}

function readNetwork(read: Reader, value: unknown, index: number): string {
  const at = `trustedProxies[${index}]`
  const text = read.name(value, at)
  return text === '' || isNetwork(text) ? text : read.fault(at, 'an address or a network such as 10.0.0.0/8', value)
}

function readListener(read: Reader, value: unknown, index: number): GatewayListener {
  const at = `listeners[${index}]`
  const { name, address, port } = read.record(value, at, ['name', 'address', 'port'])
  return Object.freeze({
    name: read.name(name, `${at}.name`),
    address: read.host(address, `${at}.address`),
    port: read.port(port, `${at}.port`, { lowest: 0 }),
  })
}

function readDomain(read: Reader, value: unknown, index: number): string {
  const at = `domains[${index}]`
  const domain = read.name(value, at)
  return domain === '*' || domain === ''
    ? domain
    : `${domain.startsWith('*.') ? '*.' : ''}${read.host(domain.replace(/^\*\./, ''), at)}`
}

function readRoute(read: Reader, value: unknown, index: number): GatewayRoute {
  const at = `routes[${index}]`
  const { path, service, target, websocket } = read.record(value, at, ['path', 'service', 'target', 'websocket'])
  const { host, port } = read.record(target, `${at}.target`, ['host', 'port'])
  return Object.freeze({
    path: read.prefix(path, `${at}.path`),
    service: read.name(service, `${at}.service`),
    target: Object.freeze({
      host: read.host(host, `${at}.target.host`),
      port: read.port(port, `${at}.target.port`, { lowest: 1 }),
    }),
    websocket: read.flag(websocket, `${at}.websocket`),
  })
}

function refuseTwins(names: readonly string[], place: string, faults: string[]): void {
  names.forEach((name, index) => {
    const first = names.indexOf(name)
    // An empty name has its own fault already.
    if (first < index && name !== '') faults.push(`${place}[${index}]: "${name}" is already said by ${place}[${first}]`)
  })
}

function freeze({ stack, domains, trustedProxies, listeners, routes }: GatewayConfiguration): GatewayConfiguration {
  return Object.freeze({
    stack,
    domains: Object.freeze(domains),
    trustedProxies: Object.freeze(trustedProxies),
    listeners: Object.freeze(listeners),
    routes: Object.freeze(routes),
  })
}

const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,252})$/
const IP_V6 = /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9]+)?$/
const NAME = /^\P{Cc}{1,128}$/u

/** Reads one value after the other and keeps every fault; what it gives for a faulty value is never used. */
class Reader {
  readonly #faults: string[]

  constructor(faults: string[]) {
    this.#faults = faults
  }

  record(value: unknown, at: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
    if (!isRecord(value)) {
      this.fault(at, 'an object', value)
      return {}
    }
    for (const key of Object.keys(value)) {
      if (keys.includes(key)) continue
      this.#faults.push(`${at === '' ? '' : `${at}.`}${key}: unknown key; expected only ${keys.join(', ')}`)
    }
    return value
  }

  list(value: unknown, at: string): readonly unknown[] {
    if (Array.isArray(value)) return value
    this.fault(at, 'a list', value)
    return []
  }

  name(value: unknown, at: string): string {
    if (typeof value === 'string' && NAME.test(value)) return value
    return this.fault(at, 'a text of 1 to 128 visible characters', value)
  }

  host(value: unknown, at: string): string {
    if (typeof value === 'string' && (HOST_NAME.test(value) || IP_V6.test(value))) return value
    return this.fault(at, 'a host name or an IP address without a port', value)
  }

  prefix(value: unknown, at: string): string {
    if (typeof value !== 'string') return this.fault(at, 'a path such as "/api"', value)
    try {
      const path = normalisePath(value)
      return path === '/' ? path : path.replace(/\/$/, '')
    } catch (error) {
      this.#faults.push(`${at}: "${value}" is no path prefix. ${errorMessage(error)}`)
      return ''
    }
  }

  port(value: unknown, at: string, { lowest }: { readonly lowest: number }): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= lowest && value <= 65_535) return value
    this.fault(at, `a whole number from ${lowest} to 65535`, value)
    return 0
  }

  flag(value: unknown, at: string): boolean {
    if (typeof value === 'boolean') return value
    this.fault(at, 'true or false', value)
    return false
  }

  fault(at: string, expected: string, found: unknown): string {
    this.#faults.push(`${at === '' ? 'configuration' : at}: expected ${expected}, found ${show(found)}`)
    return ''
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
