import { type DeclaredPort, type DeclaredService, type DeclaredStack, portMeant, type Route } from '@portolan/stack'
import { allServices } from './holding.ts'

/** A route together with what it leads to. */
export interface ServedRoute {
  /** As the gateway matches it: without a slash at the end, empty and dot segments. */
  readonly path: string
  readonly route: Route
  readonly service: DeclaredService
  /** Undefined when the route names a port that the service does not have. */
  readonly port: DeclaredPort | undefined
}

export function servedRoutes(resolved: DeclaredStack): readonly ServedRoute[] {
  return allServices(resolved).flatMap((service) =>
    service.routes.map((route) => ({
      path: normalisedRoute(route.path),
      route,
      service,
      port: portMeant(service, route.port),
    })),
  )
}

export function normalisedRoute(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  return `/${kept.map(encodeSegment).join('/')}`
}

function encodeSegment(segment: string): string {
  return segment.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(text))
}

/** Whether a prefix leads to a path: at segment boundaries, as the gateway does. */
export function leadsTo(prefix: string, path: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)
}
