import type { Sighting } from '@portolan/observe'
import { type PortRange, rangeContains, rangesOverlap, type Transport, wellKnownPort } from '@portolan/ports'
import { type Band, bandName } from './band.ts'
import type { BlockedPorts } from './blocked-ports.ts'
import type { LiveClaim, ReleasedClaim } from './claim.ts'
import { type HostPicture, MARKS } from './host-picture.ts'

/** Why a port is not given away. */
export type Blocker =
  | { readonly reason: 'claimed'; readonly port: number; readonly claim: LiveClaim }
  | { readonly reason: 'quarantined'; readonly port: number; readonly claim: ReleasedClaim }
  | { readonly reason: 'seen'; readonly port: number; readonly sighting: Sighting }
  | { readonly reason: 'reserved'; readonly port: number; readonly band: Band }
  | { readonly reason: 'well-known'; readonly port: number; readonly service: string }
  | { readonly reason: 'blocked'; readonly port: number; readonly entry: BlockedPorts }
  | { readonly reason: 'browser-refused' | 'ephemeral'; readonly port: number }

export type BlockReason = Blocker['reason']

/** Whose eyes a port is looked at with. */
export interface Outlook {
  readonly transport: Transport
  readonly project: string
  readonly now: Date
  readonly sighted: ReadonlyMap<number, Sighting>
  /** Bands of others that lie inside the one that is looked through. */
  readonly reserved: readonly Band[]
}

/** The first thing that stands in the way of a port; undefined when it is free. */
export function findBlocker(picture: HostPicture, port: number, outlook: Outlook): Blocker | undefined {
  const { transport, sighted, reserved } = outlook
  const marks = picture.marks(transport)[port] ?? 0
  const claim = picture.findHolder(port, transport)
  if (claim !== undefined) return { reason: 'claimed', port, claim }
  const entry = (marks & MARKS.blocked) === 0 ? undefined : picture.findBlocked(port, transport)
  if (entry !== undefined) return { reason: 'blocked', port, entry }
  if ((marks & MARKS.browserRefused) !== 0) return { reason: 'browser-refused', port }
  const service = (marks & MARKS.wellKnown) === 0 ? undefined : wellKnownPort(port, transport)
  if (service !== undefined) return { reason: 'well-known', port, service }
  if ((marks & MARKS.ephemeral) !== 0) return { reason: 'ephemeral', port }
  const quarantine = findQuarantine(picture, port, outlook)
  if (quarantine !== undefined) return { reason: 'quarantined', port, claim: quarantine }
  const sighting = sighted.get(port)
  if (sighting !== undefined) return { reason: 'seen', port, sighting }
  const band = reserved.find(({ range }) => rangeContains(range, port))
  return band === undefined ? undefined : { reason: 'reserved', port, band }
}

/**
 * The same question as {@link findBlocker}, for the search: where it may go on.
 * @returns the last port of the range, or beyond it, that is not free; undefined when all of it is
 */
export function lastBlocked(picture: HostPicture, range: PortRange, outlook: Outlook): number | undefined {
  const { transport, sighted, reserved } = outlook
  const band = reserved.find((each) => rangesOverlap(each.range, range))
  if (band !== undefined) return band.range.last
  const marks = picture.marks(transport)
  for (let port = range.last; port >= range.first; port -= 1) {
    if (((marks[port] ?? 0) & ~MARKS.quarantined) !== 0 || sighted.has(port)) return port
    if (marks[port] === MARKS.quarantined && findQuarantine(picture, port, outlook) !== undefined) return port
  }
  return undefined
}

/** A quarantine that is not over and not the project's own. */
export function findQuarantine(picture: HostPicture, port: number, outlook: Outlook): ReleasedClaim | undefined {
  const { transport, project, now } = outlook
  const claim = picture.findQuarantine(port, transport)
  if (claim === undefined || claim.quarantineUntil <= now) return undefined
  return claim.project === project ? undefined : claim
}

/** What a person reads of a blocker. */
export function describeBlocker(blocker: Blocker): string {
  switch (blocker.reason) {
    case 'claimed':
      return `${blocker.claim.project} (claim ${blocker.claim.id})`
    case 'quarantined':
      return `${blocker.claim.project} until ${blocker.claim.quarantineUntil.toISOString()}`
    case 'seen':
      return describeSighting(blocker.sighting)
    case 'blocked':
      return blocker.entry.because ?? ''
    case 'reserved':
      return bandName(blocker.band)
    case 'well-known':
      return blocker.service
    default:
      return ''
  }
}

/** The container says more than the proxy that holds its port. */
function describeSighting({ holder, container }: Sighting): string {
  if (container !== undefined) return `container ${container.name ?? container.id.slice(0, 12)}`
  return holder === undefined ? 'an unnamed process' : holder.command
}

/** The first blocker of a range of ports. */
export function findRangeBlocker(picture: HostPicture, range: PortRange, outlook: Outlook): Blocker | undefined {
  for (let port = range.first; port <= range.last; port += 1) {
    const blocker = findBlocker(picture, port, outlook)
    if (blocker !== undefined) return blocker
  }
  return undefined
}
