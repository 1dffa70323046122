import type { GatewayRoute } from '../route.ts'

/** Why each route but the one that is taken is not, the nearest first. */
export function lostRoutes(
  routes: readonly GatewayRoute[],
  path: string,
  taken: GatewayRoute | undefined,
): readonly string[] {
  return routes
    .filter((route) => route !== taken)
    .toSorted((one, other) => other.path.length - one.path.length)
    .map((route) => `${route.path} → ${route.service}: ${whyLost(route.path, path, taken)}`)
}

/** The one that counts: the longest prefix that ends at a segment boundary. */
export function takenRoute(routes: readonly GatewayRoute[], path: string): GatewayRoute | undefined {
  return routes
    .filter((route) => leadsTo(route.path, path))
    .toSorted((one, other) => other.path.length - one.path.length)
    .at(0)
}

function whyLost(prefix: string, path: string, taken: GatewayRoute | undefined): string {
  if (leadsTo(prefix, path)) return `leads there, but ${taken?.path ?? 'another'} is longer`
  if (path.startsWith(prefix)) return `ends within a segment of the path, so it is no prefix of it`
  if (prefix.startsWith(`${path.replace(/\/$/, '')}/`)) return 'is longer than the path'
  return 'begins otherwise'
}

function leadsTo(prefix: string, path: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)
}
