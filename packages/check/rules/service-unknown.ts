import { nearestSpelling } from '@portolan/stack'
import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'

const CODES = {
  SERVICE_UNKNOWN: { severity: 'error', title: 'A service is needed that the stack does not have' },
} as const

export const serviceUnknown = defineRule(CODES, (resolved, say) => {
  const services = allServices(resolved)
  const names = services.map(({ name }) => name)
  return services.flatMap((service) =>
    service.needs
      .filter((need) => !names.includes(need.service))
      .map((need) => {
        const nearest = nearestSpelling(need.service, names)
        const hint = nearest === undefined ? 'Declare it' : `Did you mean "${nearest}"? Otherwise declare it`
        const message =
          `"${service.name}" needs "${need.service}", which this stack does not declare, so it can never start. ` +
          `${hint}; what others run is declared with "run: { external: … }".`
        return say('SERVICE_UNKNOWN', { at: need.source, message })
      }),
  )
})
