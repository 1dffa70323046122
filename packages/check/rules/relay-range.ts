import {
  COTURN_RELAY_RANGE,
  formatPortRange,
  isPortNumber,
  LIVEKIT_TURN_RELAY_RANGE,
  type PortRange,
  rangesOverlap,
} from '@portolan/ports'
import type { DeclaredService } from '@portolan/stack'
import { allServices, holdingsOf } from '../holding.ts'
import { PROGRAM_NAMES, type Program, programOf } from '../program.ts'
import { defineRule } from '../rule.ts'
import { settingAt } from '../settings.ts'
import { listed, numbers, portName } from '../wording.ts'

const CODES = {
  RELAY_RANGE_UNDECLARED: { severity: 'error', title: 'An undeclared TURN relay range overlaps declared ports' },
} as const

const RELAYS = {
  livekit: { start: ['turn', 'relay_range_start'], end: ['turn', 'relay_range_end'], usual: LIVEKIT_TURN_RELAY_RANGE },
  coturn: { start: ['min-port'], end: ['max-port'], usual: COTURN_RELAY_RANGE },
} as const satisfies Record<Program, unknown>

/** A TURN server takes a UDP port for every relayed address; without a declaration it takes its program's default. */
export const relayRange = defineRule(CODES, (resolved, say) => {
  const holdings = holdingsOf(resolved)
  return allServices(resolved).flatMap((service) => {
    const program = programOf(service)
    if (program === undefined || service.run.kind === 'external' || !relays(service)) return []
    if (service.ports.some(({ speaks }) => speaks.includes('relay'))) return []
    const range = relayRangeOf(service, program)
    const met = holdings.filter(
      (held) => held.host.name === service.host && held.transport === 'udp' && rangesOverlap(held.range, range),
    )
    if (met.length === 0) return []
    const names = met.map((held) => `${portName(held.service, held.port)} (${numbers(held.range, 'udp')})`)
    const { start, end } = RELAYS[program]
    const message =
      `"${service.name}" is a TURN server without a declared relay range, so ${PROGRAM_NAMES[program]} takes ` +
      `${formatPortRange(range)}/udp, which overlaps ${listed(names)}. A relayed call then takes a port that is ` +
      'needed there, or fails. Declare the range as a port that speaks "relay", and set it with ' +
      `"${start.join('.')}" and "${end.join('.')}".`
    const related = met.map((held) => ({ at: held.source, message: `${portName(held.service, held.port)} is here` }))
    return [say('RELAY_RANGE_UNDECLARED', { at: service.source, message, related })]
  })
})

function relays(service: DeclaredService): boolean {
  if (settingAt(service, ['livekit', 'turn', 'enabled']) === true) return true
  return service.ports.some(({ speaks }) => speaks.includes('turn') || speaks.includes('turns'))
}

function relayRangeOf(service: DeclaredService, program: Program): PortRange {
  const { start, end, usual } = RELAYS[program]
  const first = settingAt(service, [program, ...start])
  const last = settingAt(service, [program, ...end])
  return {
    first: typeof first === 'number' && isPortNumber(first) ? first : usual.first,
    last: typeof last === 'number' && isPortNumber(last) ? last : usual.last,
  }
}
