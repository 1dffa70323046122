import type { Destination } from './destination.ts'

/** Sends every path at or below `path` to one service. */
export interface GatewayRoute extends Destination {
  /** A normalised path prefix without a slash at the end (`/api/boards`), or `/` for everything. */
  readonly path: string
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
