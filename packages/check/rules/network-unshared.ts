import { type DeclaredService, portMeant } from '@portolan/stack'
import { allServices, isPublic } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { listed } from '../wording.ts'

const CODES = {
  NETWORK_UNSHARED: { severity: 'error', title: 'Two services talk without a network in common' },
} as const

/** Where both sides say which networks they are on, one has to be the same. A public port is reached without. */
export const networkUnshared = defineRule(CODES, (resolved, say) => {
  const services = allServices(resolved)
  const needs = services.flatMap((service) =>
    service.needs.flatMap((need) => {
      const target = services.find(({ name }) => name === need.service)
      const port = target === undefined ? undefined : portMeant(target, need.port)
      if (target === undefined || !areApart(service, target)) return []
      if (port !== undefined && isPublic(target, port)) return []
      return [say('NETWORK_UNSHARED', { at: need.source, ...words(service, target, 'needs') })]
    }),
  )
  const { gateway } = resolved
  const routes = resolved.services.flatMap((service) => {
    const [route] = service.routes
    if (gateway === undefined || route === undefined || !areApart(gateway, service)) return []
    return [say('NETWORK_UNSHARED', { at: route.source, ...words(gateway, service, 'routes to') })]
  })
  return [...needs, ...routes]
})

function areApart(a: DeclaredService, b: DeclaredService): boolean {
  if (a.networks === undefined || b.networks === undefined) return false
  if (a.run.kind === 'external' || b.run.kind === 'external') return false
  return !a.networks.some((network) => b.networks?.includes(network))
}

function words(from: DeclaredService, to: DeclaredService, verb: string) {
  const message =
    `"${from.name}" ${verb} "${to.name}", but they share no network: ${networksOf(from)} and ${networksOf(to)}. ` +
    `The name "${to.name}" does not even resolve there. Put both on one network.`
  return { message, related: [{ at: [...to.source, 'networks'], message: `"${to.name}" is on ${networksOf(to)}` }] }
}

function networksOf({ networks = [] }: DeclaredService): string {
  return networks.length === 0 ? 'none' : listed(networks.map((name) => `"${name}"`))
}
