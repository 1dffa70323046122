import { formatPortRange, rangeContains } from '@portolan/ports'
import type { DeclaredService } from '@portolan/stack'
import { type Address, addressesIn, isForBrowser } from '../address.ts'
import { allServices } from '../holding.ts'
import { hasNumber } from '../open-port.ts'
import { defineRule } from '../rule.ts'
import { type TextValue, textValuesOf } from '../text-value.ts'
import { listed, numbers } from '../wording.ts'

const CODES = {
  ADDRESS_LITERAL: { severity: 'note', title: 'A declared port is repeated as a literal' },
  ADDRESS_UNSERVED: { severity: 'error', title: 'An address names a port that the service does not serve' },
} as const

/** A port is declared once; whoever repeats it by hand is wrong as soon as it moves. */
export const addressLiteral = defineRule(CODES, (resolved, say) => {
  const services = allServices(resolved)
  return services.flatMap((service) =>
    textValuesOf(service).flatMap((value) => {
      const addresses = value.from === 'address' ? [] : addressesIn(value.text, service, resolved)
      const unserved = addresses.flatMap((address) => {
        const message = unservedMessage(address, value)
        return message === undefined ? [] : [say('ADDRESS_UNSERVED', { at: value.at, message })]
      })
      const literal = [...addresses.flatMap((one) => repeated(one, value)), ...bareNumber(value, service, services)]
      return [
        ...unserved,
        ...literal.map(({ text, reference }) => {
          const message =
            `${nameOf(value)} of "${service.name}" repeats the declared port "${text}" by hand. When the port moves, ` +
            `in another environment or beside a second copy of the stack, this one stays. Write "${reference}".`
          return say('ADDRESS_LITERAL', { at: value.at, message })
        }),
      ]
    }),
  )
})

function unservedMessage({ named, number, reached, text }: Address, value: TextValue): string | undefined {
  if (named === undefined || reached !== undefined) return undefined
  const published = named.ports.filter(hasNumber).find((port) => rangeContains(port.published, number))
  const has = named.ports.map((port) => `${port.name} ${numbers(port.range, port.transports)}`)
  const why =
    published === undefined
      ? `"${named.name}" does not serve ${number}`
      : `${number} is what the host publishes; "${named.name}" itself listens on ${formatPortRange(published.range)}`
  return (
    `${nameOf(value)} says "${text}", but ${why}. The connection is refused. ` +
    `${has.length === 0 ? 'It declares no port' : `It serves ${listed(has)}`}: write "{url:${named.name}}".`
  )
}

function repeated({ reached, named, text }: Address, value: TextValue) {
  // References are filled in there alone; a browser given a service's name has a finding of its own.
  if (reached === undefined || (value.from !== 'environment' && value.from !== 'args')) return []
  if (named !== undefined && isForBrowser(value.key)) return []
  const { service, port } = reached
  const reference = service.ports[0] === port ? `{url:${service.name}}` : `{url:${service.name}.${port.name}}`
  return [{ text, reference }]
}

/** `PORT: 8080`, `DB_PORT: 5432`: a number alone, of the service itself or of one that it needs. */
function bareNumber({ key, text, from }: TextValue, service: DeclaredService, services: readonly DeclaredService[]) {
  if (from !== 'environment' || key === undefined || !/(^|_)PORT$/.test(key) || !/^\d{1,5}$/.test(text)) return []
  const needed = service.needs.flatMap((need) => services.filter(({ name }) => name === need.service))
  for (const candidate of [service, ...needed]) {
    const port = candidate.ports.find(({ range }) => range?.first === Number(text))
    if (port === undefined) continue
    const reference = candidate === service ? `{port:${port.name}}` : `{port:${candidate.name}.${port.name}}`
    return [{ text, reference }]
  }
  return []
}

function nameOf({ key, from }: TextValue): string {
  return key === undefined ? 'An argument' : `${from === 'settings' ? 'Setting' : 'Variable'} "${key}"`
}
