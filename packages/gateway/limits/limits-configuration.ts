import type { Reader } from '../configuration-reader.ts'

/** A number, or `false` for no limit. */
type Limit = number | false

/** What one workspace, or one route, may take together with all who use it. */
export interface ShareLimits {
  readonly requestsPerSecond: Limit
  /** How many requests may come at once after a pause; five seconds' worth unless said otherwise. */
  readonly burst: Limit
  /** How many requests may be under way. Event streams and WebSockets do not count. */
  readonly requestsAtOnce: Limit
  /** Each way. Whoever has more to send waits; nothing is dropped. */
  readonly bytesPerSecond: Limit
}

/** What one workspace may take. */
export interface WorkspaceLimits extends ShareLimits {
  /** How many event streams and WebSockets may be open. */
  readonly lasting: Limit
}

/** What one client address (IPv6: one /64) may take. */
export interface ClientLimits extends WorkspaceLimits {
  readonly connections: Limit
  readonly connectionsPerSecond: Limit
}

/** What the gateway takes on as a whole. */
export interface WholeLimits {
  /** Above this, requests wait for their turn: each workspace or client in its turn. */
  readonly requestsAtOnce: Limit
  /** How many may wait. */
  readonly waiting: number
  /** How long one waits before it is refused. */
  readonly waitMs: number
  readonly connections: Limit
}

/** When a client is too slow to be waited for. */
export interface SlowLimits {
  /** The least of an upload, and of an answer that is being read. Event streams and WebSockets are free of it. */
  readonly leastBytesPerSecond: Limit
  /** How much standing still is forgiven. */
  readonly graceMs: number
}

export interface HeadLimits {
  readonly bytes: number
  readonly count: number
}

/** When new requests are refused before memory or time runs out. */
export interface SheddingLimits {
  /** How late the event loop may be on average. */
  readonly lagMs: Limit
  /** Which share of the heap, and of the machine's or container's memory, may be in use. */
  readonly memoryRatio: Limit
}

export interface GatewayLimits {
  readonly client: ClientLimits
  readonly workspace: WorkspaceLimits
  readonly route: ShareLimits
  readonly whole: WholeLimits
  readonly slow: SlowLimits
  readonly head: HeadLimits
  readonly shedding: SheddingLimits
  /** Addresses and networks to which the limits of a client do not apply. */
  readonly exempt: readonly string[]
}

/** As it is written: what is left out is as in {@link DEFAULT_LIMITS}. */
export type LimitsSetting = { readonly [Key in keyof GatewayLimits]?: Partial<GatewayLimits[Key]> } & {
  readonly exempt?: readonly string[]
}

const NO_SHARE_LIMITS = {
  requestsPerSecond: false,
  burst: false,
  requestsAtOnce: false,
  bytesPerSecond: false,
} as const satisfies ShareLimits

/** An office of hundreds behind one address never meets them. */
export const DEFAULT_LIMITS = Object.freeze<GatewayLimits>({
  client: {
    requestsPerSecond: 1_000,
    burst: 5_000,
    requestsAtOnce: 1_000,
    bytesPerSecond: false,
    lasting: 1_000,
    connections: 2_000,
    connectionsPerSecond: 500,
  },
  workspace: { ...NO_SHARE_LIMITS, lasting: false },
  route: NO_SHARE_LIMITS,
  whole: { requestsAtOnce: 4_096, waiting: 4_096, waitMs: 10_000, connections: 20_000 },
  slow: { leastBytesPerSecond: 500, graceMs: 20_000 },
  head: { bytes: 16_384, count: 200 },
  shedding: { lagMs: 2_000, memoryRatio: 0.9 },
  exempt: ['127.0.0.0/8', '::1'],
})

/** Nothing is limited but what has to have an end: the head of a request, and how many wait. */
const NO_LIMITS = Object.freeze<GatewayLimits>({
  ...DEFAULT_LIMITS,
  client: { ...NO_SHARE_LIMITS, lasting: false, connections: false, connectionsPerSecond: false },
  whole: { ...DEFAULT_LIMITS.whole, requestsAtOnce: false, connections: false },
  slow: { leastBytesPerSecond: false, graceMs: DEFAULT_LIMITS.slow.graceMs },
  shedding: { lagMs: false, memoryRatio: false },
})

/** @param setting `false`: none at all */
export function resolveLimits(setting: LimitsSetting | false | undefined): GatewayLimits {
  if (setting === false) return NO_LIMITS
  if (setting === undefined) return DEFAULT_LIMITS
  const { client, workspace, route, whole, slow, head, shedding, exempt } = DEFAULT_LIMITS
  return Object.freeze({
    client: withBurst({ ...client, ...setting.client }, setting.client),
    workspace: withBurst({ ...workspace, ...setting.workspace }, setting.workspace),
    route: withBurst({ ...route, ...setting.route }, setting.route),
    whole: { ...whole, ...setting.whole },
    slow: { ...slow, ...setting.slow },
    head: { ...head, ...setting.head },
    shedding: { ...shedding, ...setting.shedding },
    exempt: setting.exempt ?? exempt,
  })
}

/** What a route says itself goes before what is said of every route. */
export function routeLimits(all: ShareLimits, own: Partial<ShareLimits> | undefined): ShareLimits {
  return own === undefined ? all : withBurst({ ...all, ...own }, own)
}

/** A rate that is given without a burst does not keep the burst of another rate. */
function withBurst<Limits extends ShareLimits>(limits: Limits, written: Partial<ShareLimits> | undefined): Limits {
  if (written?.requestsPerSecond === undefined || written.burst !== undefined) return limits
  return { ...limits, burst: limits.requestsPerSecond === false ? false : Math.max(10, limits.requestsPerSecond * 5) }
}

const SHARE_KEYS = ['requestsPerSecond', 'burst', 'requestsAtOnce', 'bytesPerSecond'] as const
const WORKSPACE_KEYS = [...SHARE_KEYS, 'lasting'] as const
const CLIENT_KEYS = [...WORKSPACE_KEYS, 'connections', 'connectionsPerSecond'] as const
const WHOLE_LIMIT_KEYS = ['requestsAtOnce', 'connections'] as const
const SECTIONS = ['client', 'workspace', 'route', 'whole', 'slow', 'head', 'shedding', 'exempt'] as const
const MOST = 1_000_000_000
const MOST_MS = 3_600_000

/** @param isNetwork what the exempt must be */
export function readLimits(
  read: Reader,
  value: unknown,
  isNetwork: (text: string) => boolean,
): LimitsSetting | false | undefined {
  if (value === undefined || value === false) return value
  const { client, workspace, route, whole, slow, head, shedding, exempt } = read.record(value, 'limits', SECTIONS)
  return Object.freeze({
    ...(client === undefined ? {} : { client: readSome(read, client, { at: 'limits.client', keys: CLIENT_KEYS }) }),
    ...(workspace === undefined
      ? {}
      : { workspace: readSome(read, workspace, { at: 'limits.workspace', keys: WORKSPACE_KEYS }) }),
    ...(route === undefined ? {} : { route: readShareLimits(read, route, 'limits.route') }),
    ...(whole === undefined ? {} : { whole: readWhole(read, whole) }),
    ...(slow === undefined ? {} : { slow: readSlow(read, slow) }),
    ...(head === undefined ? {} : { head: readHead(read, head) }),
    ...(shedding === undefined ? {} : { shedding: readShedding(read, shedding) }),
    ...(exempt === undefined ? {} : { exempt: readNetworks(read, exempt, isNetwork) }),
  })
}

export function readShareLimits(read: Reader, value: unknown, at: string): Partial<ShareLimits> {
  return readSome(read, value, { at, keys: SHARE_KEYS })
}

function readSome<const Key extends string>(
  read: Reader,
  value: unknown,
  { at, keys }: { readonly at: string; readonly keys: readonly Key[] },
): Readonly<Partial<Record<Key, Limit>>> {
  const record = read.record(value, at, keys)
  const some: Partial<Record<Key, Limit>> = {}
  for (const key of keys) if (record[key] !== undefined) some[key] = readLimit(read, record[key], `${at}.${key}`)
  return Object.freeze(some)
}

function readLimit(read: Reader, value: unknown, at: string): Limit {
  return value === false ? false : read.count(value, at, { lowest: 1, highest: MOST })
}

function readWhole(read: Reader, value: unknown): Partial<WholeLimits> {
  const at = 'limits.whole'
  const { waiting, waitMs, ...limits } = read.record(value, at, [...WHOLE_LIMIT_KEYS, 'waiting', 'waitMs'])
  return Object.freeze({
    ...readSome(read, pick(limits, WHOLE_LIMIT_KEYS), { at, keys: WHOLE_LIMIT_KEYS }),
    ...(waiting === undefined
      ? {}
      : { waiting: read.count(waiting, `${at}.waiting`, { lowest: 0, highest: 1_000_000 }) }),
    ...(waitMs === undefined ? {} : { waitMs: read.count(waitMs, `${at}.waitMs`, { lowest: 1, highest: MOST_MS }) }),
  })
}

function readSlow(read: Reader, value: unknown): Partial<SlowLimits> {
  const at = 'limits.slow'
  const { leastBytesPerSecond: least, graceMs } = read.record(value, at, ['leastBytesPerSecond', 'graceMs'])
  return Object.freeze({
    ...(least === undefined ? {} : { leastBytesPerSecond: readLimit(read, least, `${at}.leastBytesPerSecond`) }),
    ...(graceMs === undefined
      ? {}
      : { graceMs: read.count(graceMs, `${at}.graceMs`, { lowest: 1, highest: MOST_MS }) }),
  })
}

function readHead(read: Reader, value: unknown): Partial<HeadLimits> {
  const at = 'limits.head'
  const { bytes, count } = read.record(value, at, ['bytes', 'count'])
  return Object.freeze({
    ...(bytes === undefined ? {} : { bytes: read.count(bytes, `${at}.bytes`, { lowest: 512, highest: 1_048_576 }) }),
    ...(count === undefined ? {} : { count: read.count(count, `${at}.count`, { lowest: 8, highest: 2_000 }) }),
  })
}

function readShedding(read: Reader, value: unknown): Partial<SheddingLimits> {
  const at = 'limits.shedding'
  const { lagMs, memoryRatio } = read.record(value, at, ['lagMs', 'memoryRatio'])
  return Object.freeze({
    ...(lagMs === undefined ? {} : { lagMs: readLimit(read, lagMs, `${at}.lagMs`) }),
    ...(memoryRatio === undefined ? {} : { memoryRatio: readRatio(read, memoryRatio, `${at}.memoryRatio`) }),
  })
}

function readRatio(read: Reader, value: unknown, at: string): Limit {
  if (value === false || (typeof value === 'number' && value > 0 && value <= 1)) return value
  read.fault(at, 'false, or a number above 0 and up to 1', value)
  return false
}

function readNetworks(read: Reader, value: unknown, isNetwork: (text: string) => boolean): readonly string[] {
  return Object.freeze(
    read.list(value, 'limits.exempt').map((one, index) => {
      const at = `limits.exempt[${index}]`
      return typeof one === 'string' && isNetwork(one)
        ? one
        : read.fault(at, 'an address or a network such as 10.0.0.0/8', one)
    }),
  )
}

function pick(record: Readonly<Record<string, unknown>>, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key)))
}
