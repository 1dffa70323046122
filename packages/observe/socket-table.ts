import { type Family, parseAddress, type Transport } from '@portolan/ports'
import { tableMalformed } from './errors.ts'

/** One of the kernel's four lists of sockets: /proc/net/tcp, tcp6, udp and udp6. */
export interface SocketTable {
  readonly name: 'tcp' | 'tcp6' | 'udp' | 'udp6'
  readonly transport: Transport
  readonly family: Family
}

export const SOCKET_TABLES: readonly SocketTable[] = [
  { name: 'tcp', transport: 'tcp', family: 'ipv4' },
  { name: 'tcp6', transport: 'tcp', family: 'ipv6' },
  { name: 'udp', transport: 'udp', family: 'ipv4' },
  { name: 'udp6', transport: 'udp', family: 'ipv6' },
]

/** A socket that holds its port. */
export interface OpenSocket {
  readonly transport: Transport
  readonly family: Family
  readonly address: string
  readonly port: number
  /** For IPv6 alone; /proc does not tell. */
  readonly ipv6Only?: boolean
  /** As the kernel writes it; `0` belongs to no process. A string, for it is a name and may pass 2^53. */
  readonly inode: string
}

export interface SocketTableOptions {
  /** Addresses are printed as 32-bit words in the host's own order (`os.endianness()`). */
  readonly endianness: 'LE' | 'BE'
}

const HEADER = /^\s*sl\s+local_address\s/
const LOCAL = /^(?:[0-9A-F]{8}){1,4}:[0-9A-F]{4}$/
const HEX_PER_FAMILY = { ipv4: 8, ipv6: 32 } as const
// include/net/tcp_states.h: TCP_LISTEN. UDP sockets have no such state: each bound one holds its port.
const LISTENING = '0A'

/**
 * The sockets of one table that hold a port: TCP that listens, and UDP that is bound, connected or not.
 * Source: the kernel's Documentation/networking/proc_net_tcp.rst.
 * @throws OBSERVE_TABLE_MALFORMED at the first line that is not the kernel's: half a table must not pass for all of it
 */
export function parseSocketTable(table: SocketTable, text: string, options: SocketTableOptions): readonly OpenSocket[] {
  const [header = '', ...lines] = text.split('\n')
  if (!HEADER.test(header)) throw tableMalformed(table.name, 1, 'the names of the columns')
  if (lines.pop() !== '') throw tableMalformed(table.name, text.split('\n').length, 'the end of a line')
  return lines.flatMap((line, index) => parseLine(table, line, { ...options, lineNumber: index + 2 }))
}

function parseLine(
  table: SocketTable,
  line: string,
  { endianness, lineNumber }: SocketTableOptions & { readonly lineNumber: number },
): readonly OpenSocket[] {
  const [, local = '', , state = '', , , , , , inode = ''] = line.trim().split(/\s+/)
  const [hex = '', hexPort = ''] = local.split(':')
  const isWhole = LOCAL.test(local) && hex.length === HEX_PER_FAMILY[table.family]
  if (!isWhole || !/^[0-9A-F]{2}$/.test(state) || !/^\d+$/.test(inode)) {
    throw tableMalformed(table.name, lineNumber, 'a slot, two addresses in hexadecimal, a state and an inode')
  }
  const port = Number.parseInt(hexPort, 16)
  if (port === 0 || (table.transport === 'tcp' && state !== LISTENING)) return []
  return [{ transport: table.transport, ...parseKernelAddress(hex, endianness), port, inode }]
}

function parseKernelAddress(hex: string, endianness: 'LE' | 'BE'): { family: Family; address: string } {
  const bytes = Buffer.from(hex, 'hex')
  if (endianness === 'LE') bytes.swap32()
  const ipv6 = bytes.toString('hex').replace(/(.{4})(?=.)/g, '$1:')
  const { family, text } = parseAddress(bytes.length === 4 ? [...bytes].join('.') : ipv6)
  return { family, address: text }
}
