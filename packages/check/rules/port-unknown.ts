import { type DeclaredService, nearestSpelling, type Path, portMeant } from '@portolan/stack'
import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { listed } from '../wording.ts'

const CODES = {
  PORT_UNKNOWN: { severity: 'error', title: 'A port is named that the service does not have' },
} as const

interface Mention {
  readonly what: string
  readonly target: DeclaredService
  /** Undefined: the main port is meant. */
  readonly named: string | undefined
  readonly at: Path
}

/** Routes, health checks, figures and needs lead to declared ports. */
export const portUnknown = defineRule(CODES, (resolved, say) => {
  const services = allServices(resolved)
  return services
    .flatMap((service) => mentionsOf(service, services))
    .filter(({ target, named }) => portMeant(target, named) === undefined)
    .map(({ what, target, named, at }) => {
      const names = target.ports.map((port) => port.name)
      const nearest = named === undefined ? undefined : nearestSpelling(named, names)
      const missing = named === undefined ? 'no port at all' : `no port "${named}"`
      const has = names.length === 0 ? 'It declares none' : `It has ${listed(names.map((name) => `"${name}"`))}`
      const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`
      const message =
        `${what}, but "${target.name}" has ${missing}. Nothing would answer there. ` +
        `${has}: name one of them, or declare the port.${hint}`
      return say('PORT_UNKNOWN', { at, message, related: [{ at: target.source, message: `"${target.name}"` }] })
    })
})

function mentionsOf(service: DeclaredService, services: readonly DeclaredService[]): readonly Mention[] {
  const routes = service.run.kind === 'slots' ? service.routes.filter(({ port }) => port !== undefined) : service.routes
  const mentions: Mention[] = routes.map((route) => ({
    what: `Route "${route.path}" leads to "${service.name}"`,
    target: service,
    named: route.port,
    at: [...route.source, 'port'],
  }))
  const { metrics, health } = service
  if (metrics !== undefined) {
    const what = `The figures of "${service.name}" are at "${metrics.path}"`
    mentions.push({ what, target: service, named: metrics.port, at: [...metrics.source, 'port'] })
  }
  // Of slots the active half is asked, whose port the registry has.
  if (health !== undefined && typeof health.port !== 'number' && service.run.kind !== 'slots') {
    const what = `The health of "${service.name}" is asked`
    mentions.push({ what, target: service, named: health.port, at: [...health.source, 'port'] })
  }
  for (const need of service.needs) {
    const target = services.find(({ name }) => name === need.service)
    if (target === undefined || need.port === undefined) continue
    const what = `"${service.name}" needs port "${need.port}" of "${target.name}"`
    mentions.push({ what, target, named: need.port, at: [...need.source, 'port'] })
  }
  return mentions
}
