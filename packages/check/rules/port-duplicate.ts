import { type PortRange, rangeIntersection, rangeSize } from '@portolan/ports'
import { type Holding, holdingsOf } from '../holding.ts'
import { defineRule, type Say } from '../rule.ts'
import { listed, numbers, portName } from '../wording.ts'

const CODES = {
  PORT_DUPLICATE: { severity: 'error', title: 'A port of a host is declared twice' },
  PORT_OVERLAP: { severity: 'error', title: 'A range of a host overlaps another declared port' },
} as const

interface Meeting {
  readonly earlier: Holding
  readonly later: Holding
  readonly shared: PortRange
}

/** What one process holds, no other can: per host and transport, in the numbers that the host itself gives away. */
export const portDuplicate = defineRule(CODES, (resolved, say) => {
  const holdings = holdingsOf(resolved)
  const meetingsByPort = new Map<string, Meeting[]>()
  for (const [index, later] of holdings.entries()) {
    for (const earlier of holdings.slice(0, index)) {
      const shared = sharedBy(earlier, later)
      if (shared === undefined) continue
      const key = `${later.service.name}.${later.port.name}`
      meetingsByPort.set(key, [...(meetingsByPort.get(key) ?? []), { earlier, later, shared }])
    }
  }
  return [...meetingsByPort.values()].map((meetings) => describe(meetings, say))
})

function sharedBy(a: Holding, b: Holding): PortRange | undefined {
  if (a.host.name !== b.host.name || a.transport !== b.transport) return undefined
  return rangeIntersection(a.range, b.range)
}

function describe(meetings: readonly Meeting[], say: Say<keyof typeof CODES>) {
  const [first] = meetings
  if (first === undefined) throw new RangeError('a port is only described when it meets another')
  const { later } = first
  const others = meetings.map(({ earlier }) => portName(earlier.service, earlier.port))
  const shared = listed(meetings.map((meeting) => numbers(meeting.shared, meeting.later.transport)))
  const isRange = meetings.some((one) => rangeSize(one.earlier.range) > 1 || rangeSize(one.later.range) > 1)
  const isOwn = meetings.every(({ earlier }) => earlier.service === later.service)
  const remedy = isOwn ? 'Declare it once.' : 'Give one of them another number, or another host.'
  return say(isRange ? 'PORT_OVERLAP' : 'PORT_DUPLICATE', {
    at: later.source,
    message:
      `${portName(later.service, later.port)} takes ${shared} on host "${later.host.name}", ` +
      `which ${listed(others)} already ${new Set(others).size === 1 ? 'has' : 'have'}. ` +
      `A port has one holder: whoever comes second fails with EADDRINUSE. ${remedy}`,
    related: uniqueBy(meetings, ({ earlier }) => earlier.source.join('/')).map(({ earlier }) => ({
      at: earlier.source,
      message: `${portName(earlier.service, earlier.port)} holds ${numbers(earlier.range, earlier.transport)}`,
    })),
  })
}

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [keyOf(item), item] as const)).values()]
}
