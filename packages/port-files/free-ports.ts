import {
  BROWSER_REFUSED_PORTS,
  LINUX_EPHEMERAL_RANGE,
  listWellKnownPorts,
  type PortRange,
  rangeContains,
  rangeSize,
  rangesOverlap,
  type Transport,
} from '@portolan/ports'
import type { EntryShape } from './port-entry.ts'

/** A range that is reserved for an environment and a kind. */
export interface PlanBand {
  readonly environment: string
  readonly kind: string
  readonly range: PortRange
}

export interface Room {
  readonly band: PlanBand
  readonly bands: readonly PlanBand[]
  readonly transport: Transport
  readonly shape: EntryShape
  readonly portCount: number
  /** Where to look first. */
  readonly near: number
  readonly isTaken: (port: number) => boolean
}

/**
 * The next free ports of the band above `near`, then from the band's start: what moves stays as close as it can, for
 * firewalls and memories have its neighbourhood. Leaves out what browsers refuse, what well-known programs listen on,
 * the kernel's ephemeral range, and what narrower bands have reserved, as the registry's own allocation does.
 */
export function findRoom(room: Room): PortRange | undefined {
  const { band, shape, portCount, near } = room
  const refused = refusedPorts(room)
  const step = shape === 'pair' ? 2 : 1
  const start = band.range.first + (shape === 'pair' ? band.range.first % 2 : 0)
  const from = rangeContains(band.range, near) ? near + (shape === 'pair' ? near % 2 : 0) : start
  const isFree = (port: number) => !refused(port) && !room.isTaken(port)
  for (const [first, end] of [
    [from, band.range.last],
    [start, from],
  ] as const) {
    for (let port = first; port + portCount - 1 <= band.range.last && port <= end; port += step) {
      const range = { first: port, last: port + portCount - 1 }
      if (portsIn(range).every(isFree)) return range
    }
  }
  return undefined
}

export function portsIn({ first, last }: PortRange): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function refusedPorts({ band, bands, transport }: Room): (port: number) => boolean {
  const narrower = bands
    .map(({ range }) => range)
    .filter((range) => rangeSize(range) < rangeSize(band.range) && rangesOverlap(range, band.range))
  const wellKnown = new Set(listWellKnownPorts(transport))
  return (port) =>
    (transport === 'tcp' && BROWSER_REFUSED_PORTS.has(port)) ||
    wellKnown.has(port) ||
    rangeContains(LINUX_EPHEMERAL_RANGE, port) ||
    narrower.some((range) => rangeContains(range, port))
}
