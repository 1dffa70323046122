import { GATEWAY } from '@portolan/stack'
import { defineRule } from '../rule.ts'

const CODES = {
  ROUTE_MISSING: { severity: 'warning', title: 'A service counts on the gateway but has no route' },
} as const

export const routeMissing = defineRule(CODES, (resolved, say) =>
  resolved.services.flatMap((service) => {
    const need = service.needs.find((one) => one.service === GATEWAY)
    if (need === undefined || service.routes.length > 0) return []
    const message =
      `"${service.name}" needs the gateway, but no route leads to it: behind the gateway nobody finds it. ` +
      'Give it a route, or take the need away.'
    return [say('ROUTE_MISSING', { at: need.source, message })]
  }),
)
