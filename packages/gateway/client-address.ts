import { isIP, isIPv4 } from 'node:net'
import { type Fields, fieldMembers, fieldValues } from './http1/fields.ts'
import { NetworkList } from './network-list.ts'

/** Who is at the other end, as far as it is known. */
export interface ClientPlace {
  /** An IPv4-mapped address is told as the IPv4 address that it is. */
  readonly address: string
  readonly protocol: 'http' | 'https'
}

/** The other end of a connection, as it is seen here. */
export interface Peer {
  readonly remoteAddress: string
  readonly protocol: 'http' | 'https'
}

/** The proxies in front that are believed. */
export class TrustedProxies {
  readonly #networks: NetworkList

  /** @param networks valid ones, see {@link isNetwork} */
  constructor(networks: readonly string[]) {
    this.#networks = new NetworkList(networks)
  }

  /** @param address as `unmapped` gives it */
  trusts(address: string): boolean {
    return !this.#networks.isEmpty && this.#networks.has(address)
  }

  /**
   * The client of a request: the rightmost address of X-Forwarded-For that no trusted proxy has. What stands left of it
   * was written by somebody who is not believed; and who is no proxy of ours is not asked at all.
   */
  clientOf({ remoteAddress, protocol }: Peer, fields: Fields): ClientPlace {
    const plain = unmapped(remoteAddress)
    if (!this.trusts(plain)) return { address: plain, protocol }
    const hops = fieldMembers(fields, 'x-forwarded-for').map(unmapped)
    let address = plain
    for (let at = hops.length - 1; at >= 0 && this.trusts(address); at -= 1) {
      const hop = hops[at] ?? ''
      if (isIP(hop) === 0) break // what follows on the left is of somebody who cannot even be named
      address = hop
    }
    return { address, protocol: protocolOf(fields) ?? protocol }
  }
}

/** The last proxy's word alone: those before it may be anybody. */
function protocolOf(fields: Fields): ClientPlace['protocol'] | undefined {
  const [protocol, ...others] = fieldValues(fields, 'x-forwarded-proto')
  if (protocol === undefined) return undefined
  return others.length === 0 && protocol.split(',').at(-1)?.trim().toLowerCase() === 'https' ? 'https' : 'http'
}

/** An IPv4 address that came as an IPv6 one is told as what it is. */
export function unmapped(address: string): string {
  return address.toLowerCase().startsWith('::ffff:') && isIPv4(address.slice(7)) ? address.slice(7) : address
}

/** Whether a text is an address or a network in CIDR notation (RFC 4632, RFC 4291 §2.3). */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}
