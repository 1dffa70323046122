import type { Destination } from './destination.ts'
import type { GatewayRoute } from './route.ts'
import type { Upstream } from './upstreams/upstream.ts'

const SLASH = 0x2f

/** The routes of one configuration, each with its upstream, so that a request finds both in one walk. */
export class RouteTable {
  /** The longest prefix first: the first that matches is the one. */
  readonly #destinations: readonly Destination[]

  constructor(routes: readonly GatewayRoute[], upstreamOf: (route: GatewayRoute) => Upstream) {
    const destinations = routes.map((route) => {
      const { path, service, websocket } = route
      return { path, service, websocket, upstream: upstreamOf(route) }
    })
    this.#destinations = destinations.toSorted((one, other) => other.path.length - one.path.length)
  }

  /**
   * The route with the longest prefix that ends at a segment boundary: `/api` leads to `/api` and `/api/x`, not to
   * `/apix`; `/` leads everywhere.
   * @param path what `normalisePath` gave, and what is sent upstream: never match one path and forward another
   */
  find(path: string): Destination | undefined {
    for (const destination of this.#destinations) {
      if (leadsTo(destination.path, path)) return destination
    }
    return undefined
  }
}

function leadsTo(prefix: string, path: string): boolean {
  const { length } = prefix
  if (length === 1) return true // "/"
  return path.startsWith(prefix) && (path.length === length || path.charCodeAt(length) === SLASH)
}
