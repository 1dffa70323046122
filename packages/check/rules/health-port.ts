import { rangeContains } from '@portolan/ports'
import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { listed, numbers } from '../wording.ts'

const CODES = {
  HEALTH_PORT_UNSERVED: { severity: 'error', title: 'A health check asks a port that nothing serves' },
} as const

/** A number in a health check has to be one that the service listens on, over TCP. */
export const healthPort = defineRule(CODES, (resolved, say) =>
  allServices(resolved).flatMap((service) => {
    const { health, ports } = service
    if (health === undefined || typeof health.port !== 'number') return []
    const asked = health.port
    const served = ports.filter(({ range }) => range !== undefined && rangeContains(range, asked))
    if (served.some(({ transports }) => transports.includes('tcp'))) return []
    const has = ports.map((port) => `${port.name} ${numbers(port.range, port.transports)}`)
    const why = served.length > 0 ? 'is UDP alone' : 'is not one of its ports'
    const message =
      `The health of "${service.name}" is asked on ${asked}, which ${why}. The service would never count as ` +
      `healthy, however well it works. It listens on ${has.length === 0 ? 'nothing' : listed(has)}: name the port.`
    return [say('HEALTH_PORT_UNSERVED', { at: [...health.source, 'port'], message })]
  }),
)
