import type { UpstreamDeclaration } from '@portolan/gateway'
import { portMeant, type ResolvedStack, type Route, type Service, type SlotsRun } from '@portolan/stack'
import { placeOf } from '../place.ts'

/** In development programs are restarted all the time, and whoever works there looks at the page meanwhile. */
const HOLD_MS = 8_000
const HOLDING_ENVIRONMENT = 'development'

/** The upstream of a route: its service, with the port's name where the service has routes to several. */
export function upstreamName(service: Service, route: Route): string {
  const port = portMeant(service, route.port)
  const main = portMeant(service, undefined)
  return port === undefined || port === main ? service.name : `${service.name}.${port.name}`
}

/** Whether a request to a route can be sent anywhere. */
export function leadsSomewhere(service: Service, route: Route): boolean {
  return service.run.kind === 'slots' || portMeant(service, route.port) !== undefined
}

/** What stands behind the routes of a stack. */
export function gatewayUpstreams(stack: ResolvedStack): readonly UpstreamDeclaration[] {
  const upstreams = stack.services.flatMap((service) =>
    service.routes.flatMap((route) => {
      if (!leadsSomewhere(service, route)) return []
      return [declarationOf(service, route, stack)]
    }),
  )
  return [...new Map(upstreams.map((upstream) => [upstream.name, upstream])).values()]
}

function declarationOf(service: Service, route: Route, stack: ResolvedStack): UpstreamDeclaration {
  const { connections, waiting, holdMs = defaultHoldMs(stack) } = service.upstream
  const limits = {
    ...(connections === undefined ? {} : { most: connections }),
    ...(waiting === undefined ? {} : { mostWaiting: waiting }),
  }
  return {
    name: upstreamName(service, route),
    ...behind(service, route),
    ...healthOf(service, route),
    ...(Object.keys(limits).length === 0 ? {} : { connections: limits }),
    ...(holdMs === 0 ? {} : { hold: { forMs: holdMs } }),
  }
}

function behind(service: Service, route: Route): Pick<UpstreamDeclaration, 'target' | 'pair'> {
  const { run, upstream } = service
  if (run.kind === 'slots') {
    const { rollbackMs } = upstream
    const rollback = rollbackMs === undefined ? {} : { rollback: { windowMs: rollbackMs } }
    return { pair: { active: null, slots: slotsOf(run), ...rollback } }
  }
  const port = portMeant(service, route.port)
  return port === undefined ? {} : { target: placeOf(service, port) }
}

function slotsOf({ project, environment, claimKind, purpose, host, address }: SlotsRun) {
  return {
    project,
    environment,
    ...(claimKind === undefined ? {} : { kind: claimKind }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(host === undefined ? {} : { host }),
    ...(address === undefined ? {} : { address }),
  }
}

/** The service's own check, where it is of the port that the route leads to. */
function healthOf(service: Service, route: Route): Pick<UpstreamDeclaration, 'health'> {
  const { health, upstream, run } = service
  const { checkMs } = upstream
  const isSame = run.kind === 'slots' || portMeant(service, health?.port) === portMeant(service, route.port)
  const path = isSame ? health?.path : undefined
  if (path === undefined && checkMs === undefined) return {}
  return {
    health: {
      ...(path === undefined ? {} : { path }),
      ...(health === undefined ? {} : { timeoutMs: health.timeoutMs }),
      ...(checkMs === undefined ? {} : { intervalMs: checkMs }),
    },
  }
}

function defaultHoldMs({ environment, preview }: ResolvedStack): number {
  return environment === HOLDING_ENVIRONMENT || preview !== undefined ? HOLD_MS : 0
}
