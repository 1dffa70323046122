import { type DeclaredPort, type DeclaredService, GATEWAY } from '@portolan/stack'
import { addressesIn, isForBrowser } from '../address.ts'
import { allServices, isPublic } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { textValuesOf } from '../text-value.ts'
import { portName } from '../wording.ts'

const CODES = {
  BROWSER_ADDRESS_INTERNAL: { severity: 'error', title: 'A page is given an address that no browser can reach' },
} as const

const REFERENCE = /\{(port|url):([a-z][a-z0-9-]*)(?:\.([a-z][a-z0-9-]*))?\}/g

/** What a build tool hands to the page is used in somebody else's machine, where the stack's names mean nothing. */
export const browserAddress = defineRule(CODES, (resolved, say) => {
  const services = allServices(resolved)
  return services.flatMap((service) =>
    textValuesOf(service)
      .filter(({ key, from }) => from === 'environment' && isForBrowser(key))
      .flatMap((value) => {
        const byName = addressesIn(value.text, service, resolved).flatMap(({ named, reached, text }) => {
          if (named !== undefined) return [{ what: `"${text}", a name that only the stack's own network knows` }]
          if (reached === undefined || isPublic(reached.service, reached.port)) return []
          // On the developer's own machine it does work.
          const severity = 'warning' as const
          return [{ what: `"${text}", which is ${portName(reached.service, reached.port)} and not public`, severity }]
        })
        const byReference = referredIn(value.text, service, services)
          .filter((one) => !isPublic(one.service, one.port))
          .map((one) => ({ what: `"${one.written}", which is ${portName(one.service, one.port)} and not public` }))
        return [...byName, ...byReference].map(({ what, ...severity }) => {
          const message =
            `Variable "${value.key}" of "${service.name}" is handed to the browser and holds ${what}. ` +
            'It works on nobody’s machine but perhaps the developer’s. Give it a path of the gateway, such as ' +
            '"/api", or a port with "reach: public".'
          return say('BROWSER_ADDRESS_INTERNAL', { at: value.at, message, ...severity })
        })
      }),
  )
})

interface Referred {
  readonly written: string
  readonly service: DeclaredService
  readonly port: DeclaredPort
}

function referredIn(text: string, self: DeclaredService, services: readonly DeclaredService[]): readonly Referred[] {
  return [...text.matchAll(REFERENCE)].flatMap(([written, kind, first, second]) => {
    const isOwn = kind === 'port' && second === undefined
    const service = isOwn ? self : services.find(({ name }) => name === first)
    const wanted = isOwn ? first : second
    const port = service?.ports.find(({ name }, index) => (wanted === undefined ? index === 0 : name === wanted))
    if (service === undefined || port === undefined || service.name === GATEWAY) return []
    return [{ written, service, port }]
  })
}
