import { mediaCapacity, portRange } from '@portolan/ports'
import type { Capacity, DeclaredPort, DeclaredService, Span } from '@portolan/stack'
import { allServices } from '../holding.ts'
import { defineRule, type Statement } from '../rule.ts'
import { counted, numbers, portName } from '../wording.ts'

const CODES = {
  CAPACITY_EXCEEDED: { severity: 'error', title: 'A media range is too small for what it has to carry' },
  CAPACITY_SUM: { severity: 'warning', title: 'The sums of a media range do not add up' },
  CAPACITY_STREAMS: { severity: 'warning', title: 'A media range does not hold the streams it is held to carry' },
} as const

/** LiveKit's clients publish over one peer connection and subscribe over another. */
const USUAL = { peerConnectionsPerParticipant: 2, localAddressCount: 1 } as const

/** What a file says that a range carries, held against the range and against itself. */
export const capacity = defineRule(CODES, (resolved, say) =>
  allServices(resolved).flatMap((service) =>
    service.ports.flatMap((port) => {
      if (port.capacity === undefined) return []
      const exceeded = exceededStatement(service, port, port.capacity)
      const sum = sumStatement(service, port, port.capacity)
      const streams = streamsStatement(service, port, port.capacity)
      return [
        ...(exceeded === undefined ? [] : [say('CAPACITY_EXCEEDED', exceeded)]),
        ...(sum === undefined ? [] : [say('CAPACITY_SUM', sum)]),
        ...(streams === undefined ? [] : [say('CAPACITY_STREAMS', streams)]),
      ]
    }),
  ),
)

function exceededStatement(service: DeclaredService, port: DeclaredPort, stated: Capacity): Statement | undefined {
  const size = port.portCount
  const carries = carriedBy(port)
  const needed = stated.ports ?? productOf(stated)
  const isTooSmall = needed === undefined ? (stated.participants ?? 0) > carries : needed.most > size
  if (!isTooSmall) return undefined
  const wanted = needed === undefined ? counted(stated.participants ?? 0, 'participant') : `${spanText(needed)} ports`
  const message =
    `${portName(service, port)} (${numbers(port.range, port.transports)}) has ${counted(size, 'port')}, and is held to ` +
    `need ${wanted}. Whoever joins after the last port is taken gets no media. As a media server counts, one port per ` +
    `peer connection, it carries ${counted(carries, 'participant')} with two connections each: widen the range, or ` +
    'correct the figure.'
  const isSure = needed === undefined || needed.least > size
  return { at: [...port.source, 'capacity'], message, severity: isSure ? 'error' : 'warning' }
}

function sumStatement(service: DeclaredService, port: DeclaredPort, stated: Capacity): Statement | undefined {
  const product = productOf(stated)
  const { ports, participants, portsEach } = stated
  if (product === undefined || ports === undefined || participants === undefined || portsEach === undefined)
    return undefined
  if (product.least === ports.least && product.most === ports.most) return undefined
  const message =
    `${portName(service, port)} says ${spanText(ports)} ports for ${counted(participants, 'participant')} with ` +
    `${spanText(portsEach)} each, which is ${spanText(product)}. One of the figures is wrong, and whoever sizes a ` +
    'firewall by it is too. Correct it, or leave the sum out: it is worked out.'
  return { at: [...port.source, 'capacity', 'ports'], message }
}

function streamsStatement(service: DeclaredService, port: DeclaredPort, { streams }: Capacity): Statement | undefined {
  const size = port.portCount
  if (streams === undefined || streams === size) return undefined
  const message =
    `${portName(service, port)} (${numbers(port.range, port.transports)}) is held to carry ` +
    `${counted(streams, 'stream')} at a time, but has ${counted(size, 'port')}. A port is not a stream: all streams ` +
    'of a peer connection share one (RFC 9143, RFC 5761), so it carries ' +
    `${counted(carriedBy(port), 'participant')} with two connections each. Say "participants".`
  return { at: [...port.source, 'capacity', 'streams'], message, severity: streams > size ? 'error' : 'warning' }
}

/** Wherever the range comes to lie: only its size counts. */
function carriedBy({ portCount }: DeclaredPort): number {
  return mediaCapacity(portRange(1, portCount), USUAL)
}

function productOf({ participants, portsEach }: Capacity): Span | undefined {
  if (participants === undefined || portsEach === undefined) return undefined
  return { least: participants * portsEach.least, most: participants * portsEach.most }
}

function spanText({ least, most }: Span): string {
  return least === most ? String(least) : `${least}–${most}`
}
