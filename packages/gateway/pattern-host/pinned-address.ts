import { lookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { workspaceAddressRefused } from './errors.ts'
import type { Workspace } from './workspace.ts'

/** What a server that listens on one of the two only can be reached by (Node 17 and later resolve names as they come). */
const LOOPBACK = ['127.0.0.1', '::1'] as const

/** Where no workspace may be: a request there would come from inside, with the trust that this may have. */
const REFUSED = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local, the metadata services of clouds among them
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
  ['fd00:ec2::254', 128], // the metadata service of EC2
] as const)
  REFUSED.addSubnet(network, bits, 'ipv6')

/**
 * The addresses that a workspace is reached at, in the order in which they are tried. A name is resolved once, and it is
 * these addresses that are connected to: a name that says something else a moment later leads nowhere (DNS rebinding).
 * @throws GATEWAY_WORKSPACE_ADDRESS_REFUSED when there is none that may be
 */
export async function pinAddresses(workspace: Workspace): Promise<readonly string[]> {
  const { name, address, isLocal } = workspace
  if (address === undefined && isLocal) return LOOPBACK
  if (address === undefined) throw workspaceAddressRefused(name, new Error('It is registered without an address.'))
  const addresses = (await resolve(name, address)).map(unmapped)
  const allowed = isLocal ? addresses : addresses.filter((each) => !isRefusedAddress(each))
  if (allowed.length > 0) return allowed
  throw workspaceAddressRefused(name, new Error(`It is registered at "${address}", which is ${addresses.join(', ')}.`))
}

async function resolve(workspace: string, address: string): Promise<readonly string[]> {
  if (isIP(address) !== 0) return [address]
  try {
    return (await lookup(address, { all: true, verbatim: true })).map((each) => each.address)
  } catch (cause) {
    const why = cause instanceof Error ? cause : new Error(String(cause))
    throw workspaceAddressRefused(workspace, why)
  }
}

/** Whether an address is none of a workspace that is elsewhere. Every address of this machine is the gateway's own. */
export function isRefusedAddress(address: string): boolean {
  const plain = unmapped(address)
  if (isIPv4(plain)) return REFUSED.check(plain, 'ipv4') || isOwn(plain)
  return !isIPv6(plain) || plain.includes('%') || REFUSED.check(plain, 'ipv6') || isOwn(plain)
}

function isOwn(address: string): boolean {
  const own = new BlockList()
  for (const each of Object.values(networkInterfaces()).flat()) {
    if (each !== undefined) own.addAddress(each.address.replace(/%.*$/, ''), each.family === 'IPv4' ? 'ipv4' : 'ipv6')
  }
  return own.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** `::ffff:127.0.0.1`, in whichever spelling, is 127.0.0.1. */
function unmapped(address: string): string {
  if (!isIPv6(address) || address.includes('%')) return address
  const { hostname } = new URL(`http://[${address}]`) // written the one way of RFC 5952, IPv4 parts in hexadecimal
  const match = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname)
  if (match === null) return address
  const number = Number.parseInt(match[1] ?? '', 16) * 65_536 + Number.parseInt(match[2] ?? '', 16)
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
