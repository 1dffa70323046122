import { rangesOverlap } from '@portolan/ports'
import { uncovered } from '../coverage.ts'
import { type Holding, holdingsOf, isPublic } from '../holding.ts'
import { mayServe } from '../open-port.ts'
import { defineRule, type Statement } from '../rule.ts'
import { listed, numbers, portName } from '../wording.ts'

const CODES = {
  FIREWALL_CLOSED: { severity: 'error', title: 'A public port that the firewall does not let in' },
  FIREWALL_UNUSED: { severity: 'warning', title: 'The firewall lets in what nothing serves' },
} as const

/** How the machine itself is reached is no part of a stack. */
const OF_THE_HOST: readonly number[] = [22]

/** `open` is all that a host lets in; a host without it says nothing. */
export const firewall = defineRule(CODES, (resolved, say) => {
  const holdings = holdingsOf(resolved)
  const publics = holdings.filter(({ service, port }) => isPublic(service, port))
  const byPort = Map.groupBy(publics, ({ service, port }) => `${service.name}.${port.name}`)
  const closed = [...byPort.values()].flatMap(closedStatement).map((statement) => say('FIREWALL_CLOSED', statement))
  const unused = resolved.hosts.flatMap((host) =>
    (host.open ?? [])
      .filter((opening) => !OF_THE_HOST.includes(opening.range.first))
      // A port without a number yet may be given one of these.
      .filter((opening) => !mayServe(resolved, host, opening.transport))
      .filter(
        (opening) =>
          !holdings.some(
            (held) =>
              held.host.name === host.name &&
              held.transport === opening.transport &&
              rangesOverlap(held.range, opening.range),
          ),
      )
      .map((opening) => {
        const message =
          `The firewall of host "${host.name}" lets ${numbers(opening.range, opening.transport)} in, and no service of ` +
          'this stack serves it there. Whatever listens on it one day is open to everybody. Take the opening away, ' +
          'or declare what serves it.'
        return say('FIREWALL_UNUSED', { at: opening.source, message })
      }),
  )
  return [...closed, ...unused]
})

function closedStatement(holdings: readonly Holding[]): readonly Statement[] {
  const [first] = holdings
  if (first?.host.open === undefined) return []
  const { host, service, port } = first
  const shut = holdings.flatMap(({ range, transport }) => {
    const openings = host.open?.filter((opening) => opening.transport === transport).map((opening) => opening.range)
    return uncovered(range, openings ?? []).map((part) => numbers(part, transport))
  })
  if (shut.length === 0) return []
  const message =
    `${portName(service, port)} is public, but the firewall of host "${host.name}" does not let ${listed(shut)} in. ` +
    'From outside the port looks dead while it works on the host itself. Open it, or make the port internal.'
  const related = [{ at: [...host.source, 'open'], message: `all that "${host.name}" lets in` }]
  return [{ at: port.source, message, related }]
}
