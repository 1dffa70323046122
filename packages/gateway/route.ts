/** Sends every path at or below `path` to one service. */
export interface GatewayRoute {
  /** A normalised path prefix without a slash at the end (`/api/boards`), or `/` for everything. */
  readonly path: string
  /** The service's name, as people read it. */
  readonly service: string
  readonly target: { readonly host: string; readonly port: number }
  /** Whether WebSocket handshakes are let through. */
  readonly websocket: boolean
}

/**
 * The route with the longest prefix that ends at a segment boundary: `/api` leads to `/api` and `/api/x`, not to
 * `/apix`; `/` leads everywhere.
 * @param path what `normalisePath` gave, and what is sent upstream: never match one path and forward another
 */
export function matchRoute(routes: readonly GatewayRoute[], path: string): GatewayRoute | undefined {
  let longest: GatewayRoute | undefined
  for (const route of routes) {
    const isLonger = longest === undefined || route.path.length > longest.path.length
    if (isLonger && leadsTo(route.path, path)) longest = route
  }
  return longest
}

function leadsTo(prefix: string, path: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)
}
