import { Histogram } from './histogram.ts'
import { METHOD_CLASSES, type OpenAndTotal, type RouteSnapshot, STATUS_CLASSES } from './snapshot.ts'

/** More routes than any stack has; what comes behind is counted together. */
const MOST_ROUTES = 500
const OTHER_ROUTES = 'other'
/** What no route was found for, and bytes that are no request. */
const NO_ROUTE = 'none'
/** All ports of all workspaces: a series for each of them would have no end. */
const WORKSPACES = 'workspaces'

const METHODS = new Map<string, number>(METHOD_CLASSES.map((method, index) => [method, index]))
const OTHER_METHOD = METHOD_CLASSES.length - 1
const STATUS_COUNT = STATUS_CLASSES.length

/** Which a connection speaks. */
export type ConnectionKind = 'h1' | 'h1-tls' | 'h2' | 'h2-tls'

/** What is counted of one route. Written for each request: plain fields and allocated buckets. */
export class RouteFigures {
  readonly path: string
  readonly #counts = new Float64Array(METHOD_CLASSES.length * STATUS_COUNT)
  readonly duration = new Histogram()
  readonly upstream = new Histogram()
  receivedBytes = 0
  sentBytes = 0

  constructor(path: string) {
    this.path = path
  }

  count(method: string, status: number): void {
    const statusClass = status >= 100 && status < 600 && status !== 499 ? Math.floor(status / 100) : 0
    const index = (METHODS.get(method) ?? OTHER_METHOD) * STATUS_COUNT + statusClass
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  snapshot(): RouteSnapshot {
    const { path, receivedBytes, sentBytes } = this
    const counts = [...this.#counts]
    return {
      path,
      counts,
      receivedBytes,
      sentBytes,
      duration: this.duration.figures(),
      upstream: this.upstream.figures(),
    }
  }
}

/** What a gateway counts. */
export class Figures {
  readonly #routesByPath = new Map<string, RouteFigures>()
  readonly #refusals = new Map<string, number>()
  readonly #connections = new Map<ConnectionKind, { open: number; total: number }>()
  readonly streams = { open: 0, total: 0 }
  readonly tunnels = { open: 0, total: 0 }
  /** Requests that have begun and not ended. */
  requestCount = 0

  /** @param path of the route, undefined when there was none @param isWorkspace it is the label of a pattern host */
  routeOf(path: string | undefined, isWorkspace: boolean): RouteFigures {
    const name = path === undefined ? NO_ROUTE : isWorkspace ? WORKSPACES : path
    return this.#routesByPath.get(name) ?? this.#add(name)
  }

  /** @param code why the gateway itself answered with an error, or closed a connection */
  refused(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1)
  }

  connected(kind: ConnectionKind): void {
    const figures = this.#connections.get(kind) ?? { open: 0, total: 0 }
    figures.open += 1
    figures.total += 1
    this.#connections.set(kind, figures)
  }

  disconnected(kind: ConnectionKind): void {
    const figures = this.#connections.get(kind)
    if (figures !== undefined) figures.open -= 1
  }

  snapshot() {
    return {
      routes: [...this.#routesByPath.values()].map((route) => route.snapshot()),
      refusals: Object.fromEntries(this.#refusals),
      connections: Object.fromEntries([...this.#connections].map(([kind, figures]) => [kind, copy(figures)])),
      streams: copy(this.streams),
      tunnels: copy(this.tunnels),
      requestCount: this.requestCount,
    }
  }

  #add(name: string): RouteFigures {
    if (this.#routesByPath.size >= MOST_ROUTES && name !== OTHER_ROUTES) {
      return this.#routesByPath.get(OTHER_ROUTES) ?? this.#add(OTHER_ROUTES)
    }
    const figures = new RouteFigures(name)
    this.#routesByPath.set(name, figures)
    return figures
  }
}

function copy({ open, total }: OpenAndTotal): OpenAndTotal {
  return { open, total }
}
