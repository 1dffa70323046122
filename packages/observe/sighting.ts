import { type Endpoint, type Family, singlePort, type Transport } from '@portolan/ports'

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
  readonly holder?: Holder
}

/**
 * The endpoint that a sighting takes. Whether a socket on `::` is IPv6-only is not in the kernel's tables, so it counts
 * as holding IPv4 too: unknown never means free. (`probeBind` finds out.)
 */
export function endpointOfSighting({ transport, address, port }: Sighting): Endpoint {
  return { address, range: singlePort(port), transport }
}
