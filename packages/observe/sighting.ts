import { type Endpoint, type Family, singlePort, type Transport } from '@portolan/ports'
import type { SightedContainer } from './container.ts'

/** The process that has a port open. */
export interface Holder {
  readonly pid: number
  /** The program's short name; never its arguments, which may hold secrets. */
  readonly command: string
  /** The name of the effective user, or the user's number where it has no name. */
  readonly user: string
  readonly startedAt: Date
}

/** One open port that an observer saw. Without a holder it is just as taken: the owner could not be read. */
export interface Sighting {
  readonly transport: Transport
  readonly family: Family
  /** In canonical spelling; an IPv4-mapped IPv6 address is the IPv4 address that it takes. */
  readonly address: string
  readonly port: number
  /** For IPv6 alone, where the observer could tell: whether the socket leaves IPv4 to others. */
  readonly ipv6Only?: boolean
  readonly holder?: Holder
  /** The container that the port belongs to: the holder's own, or the one for which the holder keeps it open. */
  readonly container?: SightedContainer
}

/**
 * The endpoint that a sighting takes. Whether a socket on `::` is IPv6-only is not in /proc, so where no observer could
 * tell it counts as holding IPv4 too: unknown never means free. (`ss` tells, and `probeBind` finds out.)
 */
export function endpointOfSighting({ transport, address, port, ipv6Only }: Sighting): Endpoint {
  const endpoint = { address, range: singlePort(port), transport }
  return ipv6Only === true ? { ...endpoint, ipv6Only } : endpoint
}

function placeOf({ transport, port, address }: Sighting): string {
  return `${transport} ${String(port).padStart(5, '0')} ${address}`
}

/** Whether two sightings are of the same transport, address and port; who holds it is another matter. */
export function isSamePlace(a: Sighting, b: Sighting): boolean {
  return placeOf(a) === placeOf(b)
}

/** Sorted, and each once. Sockets that share a port by SO_REUSEPORT stay apart by holder. */
export function distinctSightings(sightings: readonly Sighting[]): readonly Sighting[] {
  // A table that is read while it changes may show a socket twice.
  const byKey = new Map(
    sightings.map((sighting) => [`${placeOf(sighting)} ${sighting.holder?.pid} ${sighting.container?.id}`, sighting]),
  )
  return [...byKey.values()].toSorted(compareSightings)
}

/** By transport, port and address, so that two looks can be compared line by line. */
export function compareSightings(a: Sighting, b: Sighting): number {
  return placeOf(a).localeCompare(placeOf(b)) || (a.holder?.pid ?? 0) - (b.holder?.pid ?? 0)
}
