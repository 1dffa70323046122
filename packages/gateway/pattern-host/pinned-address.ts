import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Waiting } from '@portolan/errors'
import type { AddressBook } from './address-book.ts'
import { workspaceAddressRefused } from './errors.ts'
import type { Workspace } from './workspace.ts'

/** What a server that listens on one of the two only can be reached by (Node 17 and later resolve names as they come). */
const LOOPBACK = ['127.0.0.1', '::1'] as const

/** Where no workspace may be: a request there would come from inside, with the trust that this may have. */
const REFUSED = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['100.100.100.200', 32], // the metadata service of Alibaba Cloud
  ['168.63.129.16', 32], // Azure's, for the machines themselves
  ['169.254.0.0', 16], // link-local, the metadata services of clouds among them
  ['192.0.0.0', 24], // for protocols (RFC 6890), and Oracle's metadata service
  ['224.0.0.0', 3], // multicast, reserved, broadcast
] as const)
  REFUSED.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 96], // unspecified, loopback, and IPv4-compatible addresses
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['64:ff9b::', 96], // an IPv4 address in disguise (RFC 6052)
  ['64:ff9b:1::', 48],
  ['2001::', 32], // Teredo: likewise
  ['2002::', 16], // 6to4: likewise
  ['::ffff:0:0:0', 96], // likewise (SIIT, RFC 2765)
  ['fd00:ec2::', 32], // the services of EC2 for its machines, metadata among them
  ['fd20:ce::254', 128], // the metadata services of Google Cloud,
  ['fd00:c1::a9fe:a9fe', 128], // of Oracle,
  ['fd00:42::42', 128], // of Scaleway,
  ['fd00:a9fe:a9fe::1', 128], // and of Akamai
] as const)
  REFUSED.addSubnet(network, bits, 'ipv6')

/**
 * The addresses that a workspace is reached at, in the order in which they are tried. A name is resolved once, and it is
 * these addresses that are connected to: a name that says something else a moment later leads nowhere (DNS rebinding).
 * @throws GATEWAY_WORKSPACE_ADDRESS_REFUSED when there is none that may be
 */
export async function pinAddresses(
  workspace: Workspace,
  { book, signal }: Waiting & { readonly book: AddressBook },
): Promise<readonly string[]> {
  const { name, address, isLocal } = workspace
  if (address === undefined && isLocal) return LOOPBACK
  if (address === undefined) throw workspaceAddressRefused(name, new Error('It is registered without an address.'))
  const addresses = (await resolve(name, book.find(address, { signal }))).map(unmapped)
  const allowed = isLocal ? addresses : addresses.filter((each) => !isRefusedAddress(each))
  if (allowed.length > 0) return allowed
  throw workspaceAddressRefused(name, new Error(`It is registered at "${address}", which is ${addresses.join(', ')}.`))
}

async function resolve(workspace: string, found: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await found
  } catch (cause) {
    const why = cause instanceof Error ? cause : new Error(String(cause))
    throw workspaceAddressRefused(workspace, why)
  }
}

/** Whether an address is none of a workspace that is elsewhere. Every address of this machine is the gateway's own. */
export function isRefusedAddress(address: string): boolean {
  const plain = unmapped(address)
  if (isIPv4(plain)) return REFUSED.check(plain, 'ipv4') || OWN.has(plain)
  return !isIPv6(plain) || plain.includes('%') || REFUSED.check(plain, 'ipv6') || OWN.has(plain)
}

/** The system takes its time to say which it has. */
const OWN_KEPT_MS = 5_000

class OwnAddresses {
  #list = new BlockList()
  #atMs = Number.NEGATIVE_INFINITY

  has(address: string): boolean {
    if (performance.now() - this.#atMs > OWN_KEPT_MS) this.#look()
    return this.#list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
  }

  #look(): void {
    this.#atMs = performance.now()
    this.#list = new BlockList()
    for (const each of Object.values(networkInterfaces()).flat()) {
      if (each === undefined) continue
      this.#list.addAddress(each.address.replace(/%.*$/, ''), each.family === 'IPv4' ? 'ipv4' : 'ipv6')
    }
  }
}

const OWN = new OwnAddresses()

/** `::ffff:127.0.0.1`, in whichever spelling, is 127.0.0.1. */
function unmapped(address: string): string {
  if (!isIPv6(address) || address.includes('%')) return address
  const { hostname } = new URL(`http://[${address}]`) // written the one way of RFC 5952, IPv4 parts in hexadecimal
  const match = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname)
  if (match === null) return address
  const number = Number.parseInt(match[1] ?? '', 16) * 65_536 + Number.parseInt(match[2] ?? '', 16)
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
