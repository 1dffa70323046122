import type { Reader } from '../configuration-reader.ts'
import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import { HALVES, type Half } from './half.ts'
import type {
  HalfDeclaration,
  HealthDeclaration,
  PairDeclaration,
  SlotsPlace,
  UpstreamDeclaration,
} from './upstream-declaration.ts'

const LONGEST_MS = 31_622_400_000 // 366 days, as a registry's graces
const MANY = Number.MAX_SAFE_INTEGER
const TIME = { lowest: 1, highest: LONGEST_MS } as const
const SPAN = { lowest: 0, highest: LONGEST_MS } as const
const COUNT = { lowest: 1, highest: MANY } as const
const NONE_OR_MORE = { lowest: 0, highest: MANY } as const
/** Not a whole number: from 0 to 1. */
const RATIO = 'ratio'

type Bounds = { readonly lowest: number; readonly highest: number } | typeof RATIO

const KEYS = ['name', 'target', 'pair', 'health', 'circuit', 'connections', 'hold'] as const
const CIRCUIT = { failures: COUNT, shareRatio: RATIO, leastRequests: COUNT, openMs: TIME, longestOpenMs: TIME } as const
const CONNECTIONS = { most: COUNT, mostWaiting: NONE_OR_MORE, waitMs: SPAN } as const
const HOLD = { forMs: SPAN, mostRequests: NONE_OR_MORE } as const
const ROLLBACK = { windowMs: SPAN, failures: COUNT, shareRatio: RATIO, leastRequests: COUNT } as const

/** The `upstreams` of a configuration. */
export function readUpstreams(read: Reader, value: unknown): readonly UpstreamDeclaration[] {
  if (value === undefined) return []
  return Object.freeze(
    read.list(value, 'upstreams').map((each, index) => readUpstream(read, each, `upstreams[${index}]`)),
  )
}

/** An address, or the name of an upstream. */
export function readRouteTarget(
  read: Reader,
  value: unknown,
  { at, names }: { readonly at: string; readonly names: readonly string[] },
): UpstreamTarget | { readonly upstream: string } {
  if (typeof value !== 'object' || value === null || !('upstream' in value)) return readTarget(read, value, at)
  const { upstream } = read.record(value, at, ['upstream'])
  const name = read.name(upstream, `${at}.upstream`)
  if (name !== '' && !names.includes(name)) read.fault(`${at}.upstream`, 'the name of one of "upstreams"', name)
  return Object.freeze({ upstream: name })
}

function readUpstream(read: Reader, value: unknown, at: string): UpstreamDeclaration {
  const written = read.record(value, at, KEYS)
  const { target, pair, health } = written
  if ((target === undefined) === (pair === undefined)) read.fault(at, 'either "target" or "pair"', value)
  return Object.freeze({
    name: read.name(written.name, `${at}.name`),
    ...(target === undefined ? {} : { target: readTarget(read, target, `${at}.target`) }),
    ...(pair === undefined ? {} : { pair: readPair(read, pair, `${at}.pair`) }),
    ...(health === undefined ? {} : { health: readHealth(read, health, `${at}.health`) }),
    ...optional(read, written, { at, key: 'circuit', bounds: CIRCUIT }),
    ...optional(read, written, { at, key: 'connections', bounds: CONNECTIONS }),
    ...optional(read, written, { at, key: 'hold', bounds: HOLD }),
  })
}

function readTarget(read: Reader, value: unknown, at: string): UpstreamTarget {
  const { host, port } = read.record(value, at, ['host', 'port'])
  return Object.freeze({ host: read.host(host, `${at}.host`), port: read.port(port, `${at}.port`, { lowest: 1 }) })
}

/** @param at its place in the configuration */
export function readPair(read: Reader, value: unknown, at: string): PairDeclaration {
  const keys = ['blue', 'green', 'active', 'isOtherWarm', 'graceMs', 'graceUntil', 'rollback', 'slots']
  const written = read.record(value, at, keys)
  const { blue, green, graceMs, graceUntil, isOtherWarm, slots } = written
  const active = readActive(read, written.active, `${at}.active`)
  if (active !== null && written[active] === undefined) read.fault(`${at}.${active}`, 'the active half', undefined)
  return Object.freeze({
    ...(blue === undefined ? {} : { blue: readHalf(read, blue, `${at}.blue`) }),
    ...(green === undefined ? {} : { green: readHalf(read, green, `${at}.green`) }),
    active,
    ...(isOtherWarm === undefined ? {} : { isOtherWarm: read.flag(isOtherWarm, `${at}.isOtherWarm`) }),
    ...(graceMs === undefined ? {} : { graceMs: read.count(graceMs, `${at}.graceMs`, SPAN) }),
    ...(graceUntil === undefined ? {} : { graceUntil: readMoment(read, graceUntil, `${at}.graceUntil`) }),
    ...optional(read, written, { at, key: 'rollback', bounds: ROLLBACK }),
    ...(slots === undefined ? {} : { slots: readSlots(read, slots, `${at}.slots`) }),
  })
}

function readActive(read: Reader, value: unknown, at: string): Half | null {
  if (value === null) return null
  const half = HALVES.find((each) => each === value)
  if (half === undefined) read.fault(at, '"blue", "green" or null', value)
  return half ?? null
}

function readHalf(read: Reader, value: unknown, at: string): HalfDeclaration {
  const { version, deployedAt, ...rest } = read.record(value, at, ['host', 'port', 'version', 'deployedAt'])
  return Object.freeze({
    ...readTarget(read, rest, at),
    ...(version === undefined ? {} : { version: read.name(version, `${at}.version`) }),
    ...(deployedAt === undefined ? {} : { deployedAt: readMoment(read, deployedAt, `${at}.deployedAt`) }),
  })
}

function readMoment(read: Reader, value: unknown, at: string): string {
  const text = read.name(value, at)
  return text === '' || !Number.isNaN(Date.parse(text)) ? text : read.fault(at, 'an ISO date', value)
}

const SLOTS_KEYS = ['project', 'environment', 'kind', 'purpose', 'host', 'address'] as const

function readSlots(read: Reader, value: unknown, at: string): SlotsPlace {
  const { project, environment, kind, purpose, host, address } = read.record(value, at, SLOTS_KEYS)
  return Object.freeze({
    project: read.name(project, `${at}.project`),
    environment: read.name(environment, `${at}.environment`),
    ...(kind === undefined ? {} : { kind: read.name(kind, `${at}.kind`) }),
    ...(purpose === undefined ? {} : { purpose: read.name(purpose, `${at}.purpose`) }),
    ...(host === undefined ? {} : { host: read.name(host, `${at}.host`) }),
    ...(address === undefined ? {} : { address: read.host(address, `${at}.address`) }),
  })
}

const HEALTH = { intervalMs: TIME, timeoutMs: TIME, failedChecks: COUNT, passedChecks: COUNT } as const

function readHealth(read: Reader, value: unknown, at: string): HealthDeclaration {
  const { path, ...rest } = read.record(value, at, ['path', ...Object.keys(HEALTH)])
  const limits = readLimits(read, rest, { at, bounds: HEALTH })
  // Not normalised: what is asked is what the service declares, with its query.
  const isPath = path === undefined || (typeof path === 'string' && /^\/[!-~]*$/.test(path))
  if (!isPath) read.fault(`${at}.path`, 'a path such as "/health"', path)
  return Object.freeze({ ...(typeof path === 'string' ? { path } : {}), ...limits })
}

function optional<Key extends string, Bounded extends Readonly<Record<string, Bounds>>>(
  read: Reader,
  written: Readonly<Record<string, unknown>>,
  { at, key, bounds }: { readonly at: string; readonly key: Key; readonly bounds: Bounded },
): { readonly [Name in Key]?: { readonly [Limit in keyof Bounded]?: number } } {
  const value = written[key]
  if (value === undefined) return {}
  const limits = readLimits(read, value, { at: `${at}.${key}`, bounds })
  const entries: { [Name in Key]?: { readonly [Limit in keyof Bounded]?: number } } = {}
  entries[key] = limits
  return entries
}

function readLimits<Bounded extends Readonly<Record<string, Bounds>>>(
  read: Reader,
  value: unknown,
  { at, bounds }: { readonly at: string; readonly bounds: Bounded },
): { readonly [Limit in keyof Bounded]?: number } {
  const written = read.record(value, at, Object.keys(bounds))
  const limits: { [Limit in keyof Bounded]?: number } = {}
  for (const key in bounds) {
    const found = written[key]
    const bound: Bounds | undefined = bounds[key]
    if (found === undefined || bound === undefined) continue
    limits[key] = bound === RATIO ? readRatio(read, found, `${at}.${key}`) : read.count(found, `${at}.${key}`, bound)
  }
  return Object.freeze(limits)
}

function readRatio(read: Reader, value: unknown, at: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  read.fault(at, 'a number from 0 to 1', value)
  return 0
}
