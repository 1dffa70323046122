import type { GatewayConfiguration, PatternHostConfiguration } from '@portolan/gateway'
import type { ResolvedStack } from '@portolan/stack'
import { bindAddress } from '../place.ts'
import { ADMIN_PORT, gatewayOversight, shareLimitsOf } from './gateway-oversight.ts'
import { gatewayUpstreams, leadsSomewhere, upstreamName } from './gateway-upstreams.ts'
import { patternHostPlan } from './pattern-host-plan.ts'
import { type GatewayPlaces, speaksHttps, tlsPlan } from './tls-plan.ts'

/**
 * What the stack's gateway has to do, as its one value.
 * @throws SUPERVISE_NEED_UNSUPPORTED for a port that speaks https without a certificate
 */
export function gatewayConfiguration(stack: ResolvedStack, places: GatewayPlaces): GatewayConfiguration {
  const ports = stack.gateway?.ports ?? []
  const tls = tlsPlan(stack, places)
  const listeners = ports
    .filter(({ name }) => name !== ADMIN_PORT)
    .map((port) => ({
      name: port.name,
      address: bindAddress(port),
      port: port.range.first,
      ...(speaksHttps(port) ? { tls: true } : {}),
    }))
  const routes = stack.services.flatMap((service) =>
    service.routes.flatMap((route) => {
      if (!leadsSomewhere(service, route)) return []
      const limits = route.limits === undefined ? {} : { limits: shareLimitsOf(route.limits) }
      const { path, websocket } = route
      const target = { upstream: upstreamName(service, route) }
      return [{ path, service: service.name, target, websocket, ...limits }]
    }),
  )
  const declared = stack.gateway?.patternHost
  const patternHost = declared === undefined ? undefined : patternHostPlan(declared, stack)
  return {
    stack: stack.name,
    workers: stack.gateway?.workers ?? 1,
    domains: domainsOf(stack.gateway?.domains ?? [], patternHost),
    trustedProxies: stack.gateway?.trustedProxies ?? [],
    listeners,
    routes,
    upstreams: gatewayUpstreams(stack),
    ...gatewayOversight(stack),
    ...(tls === undefined ? {} : { tls }),
    ...(patternHost === undefined ? {} : { patternHost }),
  }
}

/** The platform's host is one that it answers to, whether it was said or not. */
function domainsOf(said: readonly string[], patternHost: PatternHostConfiguration | undefined): readonly string[] {
  if (patternHost === undefined) return said
  return [...new Set([...said, new URL(patternHost.platformOrigin).hostname])]
}
