import { type IpAddress, isWildcard, parseAddress } from './ip-address.ts'
import { formatPortRange, type PortRange, rangesOverlap } from './port-range.ts'
import type { Transport } from './transport.ts'

/** Where something listens, or wants to: an address of a host, one port or a range of them, and what carries it. */
export interface Endpoint {
  /** An IP literal; `0.0.0.0` and `::` are every address. Names are refused, `localhost` too (see parseAddress). */
  readonly address: string
  readonly range: PortRange
  readonly transport: Transport
  /** For `::` alone: leaves IPv4 to others. Linux's default (`bindv6only=0`) takes both, and so does false here. */
  readonly ipv6Only?: boolean
}

/**
 * True when no host can give both to different sockets: the transport is the same, a port is shared, and the
 * addresses are the same or one is a wildcard over the other. SO_REUSEPORT, by which the sockets of one program agree
 * to share, is left out on purpose: a port has one holder. Symmetric.
 * @throws PORTS_ADDRESS_INVALID
 */
export function endpointsCollide(a: Endpoint, b: Endpoint): boolean {
  // Both addresses are read before anything is decided: a wrong one must not pass because the ports happen to differ.
  const [ofA, ofB] = [parseAddress(a.address), parseAddress(b.address)]
  if (a.transport !== b.transport || !rangesOverlap(a.range, b.range)) return false
  return ofA.text === ofB.text || covers(a, ofA, ofB) || covers(b, ofB, ofA)
}

/** Whether a socket on `endpoint` (whose address is `own`) leaves nothing of `other` on the same port. */
function covers(endpoint: Endpoint, own: IpAddress, other: IpAddress): boolean {
  if (!isWildcard(own)) return false
  if (own.family === other.family) return true
  return own.family === 'ipv6' && endpoint.ipv6Only !== true
}

/** What a person reads: `127.0.0.1:8080/tcp`, `[::]:50000-50020/udp`. */
export function formatEndpoint({ address, range, transport }: Endpoint): string {
  const host = address.includes(':') ? `[${address}]` : address
  return `${host}:${formatPortRange(range)}/${transport}`
}
