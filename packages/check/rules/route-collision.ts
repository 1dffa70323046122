import type { DeclaredService, Route } from '@portolan/stack'
import { defineRule } from '../rule.ts'
import { normalisedRoute, type ServedRoute, servedRoutes } from '../served-route.ts'
import { listed } from '../wording.ts'

const CODES = {
  ROUTE_DUPLICATE: { severity: 'error', title: 'A path is routed to two places' },
  ROUTE_UNREACHABLE: { severity: 'error', title: 'A route that no request can reach' },
} as const

/** Two routes of one path: the gateway can follow only one. A path that requests never have: nobody arrives. */
export const routeCollision = defineRule(CODES, (resolved, say) => {
  const served = servedRoutes(resolved)
  const duplicates = [...Map.groupBy(served, ({ path }) => path).values()].flatMap((group) => {
    const [first, ...rest] = group
    if (first === undefined || rest.length === 0 || !leadsApart(group)) return []
    const message =
      `"${first.path}" leads to ${listed(group.map(targetName))} at once. Only one of them is ever asked, and which ` +
      'one depends on the proxy. Give each service a path of its own, such as ' +
      `"${first.path === '/' ? '' : first.path}/${first.service.name}".`
    const related = rest.map(({ route, service }) => ({
      at: route.source,
      message: `also routed to "${service.name}"`,
    }))
    return [say('ROUTE_DUPLICATE', { at: first.route.source, message, related })]
  })
  const unreachable = served.flatMap(({ route, service }) => {
    const reason = resolved.gateway === undefined ? 'the stack declares no gateway' : unreachableReason(route)
    if (reason === undefined) return []
    const message =
      `No request reaches "${route.path}" of "${service.name}": ${reason}. Whoever calls it gets a 404. ` +
      (resolved.gateway === undefined ? 'Declare "gateway:" with a port.' : `Write "${normalisedRoute(route.path)}".`)
    return [say('ROUTE_UNREACHABLE', { at: route.source, message })]
  })
  return [...duplicates, ...unreachable]
})

function leadsApart(group: readonly ServedRoute[]): boolean {
  return new Set(group.map(targetName)).size > 1
}

function targetName({
  service,
  port,
}: {
  readonly service: DeclaredService
  readonly port: { name: string } | undefined
}) {
  return port === undefined ? `"${service.name}"` : `"${service.name}.${port.name}"`
}

function unreachableReason({ path }: Route): string | undefined {
  const segments = path.split('/').slice(1)
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    return 'browsers and the gateway remove dot segments before anything is matched (RFC 3986 §5.2.4)'
  }
  if (segments.slice(0, -1).includes('')) return 'the gateway drops empty segments before it matches'
  if (!/^[\x21-\x7e]*$/.test(path)) return 'a path travels as visible ASCII, with anything else percent-encoded'
  return undefined
}
