import { parseAddress, type Transport } from '@portolan/ports'
import { tableMalformed } from './errors.ts'
import type { HeldSocket } from './socket-owner.ts'

/** How `ss` is asked for each transport: `-H` no header, `-n` numbers, `-p` processes, `-e` the inode and more. */
export const SS_ARGUMENTS = {
  tcp: ['-H', '-n', '-t', '-l', '-p', '-e'],
  udp: ['-H', '-n', '-u', '-a', '-p', '-e'], // a connected UDP socket holds its port too
} as const satisfies Readonly<Record<Transport, readonly string[]>>

// State, both queues, local address and peer; then `users:((…)) uid:… ino:… sk:… cgroup:… v6only:…`, as far as known.
// No name is long enough to look like one of these rows.
const ROW = /^(?:LISTEN|UNCONN|ESTAB)\s+\d+\s+\d+\s+(\S+):(\d+|\*)\s+\S+:(?:\d+|\*)(\s.*)?$/s
// A name has at most 15 bytes (TASK_COMM_LEN), may hold anything, and is read as long as it can be: `a",pid=1,fd=3),(` would
// otherwise make somebody else the holder.
const PROCESS = /".{0,15}",pid=(\d+),fd=\d+(?:\),\(|\)\)(?=\s))/gsy

/**
 * The sockets that `ss` lists when it is asked with SS_ARGUMENTS. It tells more than /proc/net: the processes, as far as
 * the user may see them, and whether a socket on `::` leaves IPv4 alone. Source: ss(8) and misc/ss.c of iproute2 6.1.
 * @throws OBSERVE_TABLE_MALFORMED at the first row that is not whole: half a table must not pass for all of it
 */
export function parseSsTable(transport: Transport, text: string): readonly HeldSocket[] {
  const table = `ss ${transport}`
  const lines = text.split('\n')
  if (lines.pop() !== '') throw tableMalformed(table, lines.length + 1, 'the end of a line')
  return joinRows(lines).flatMap(({ row, lineNumber }) => {
    const socket = parseRow(transport, row)
    if (socket === undefined) throw tableMalformed(table, lineNumber, 'a state, two queues, two addresses and an inode')
    return socket.socket.port === 0 ? [] : [socket]
  })
}

/** A process's name may hold the end of a line: what does not begin like a row goes on with the one before. */
function joinRows(lines: readonly string[]): readonly { readonly row: string; readonly lineNumber: number }[] {
  const rows: { row: string; lineNumber: number }[] = []
  for (const [index, line] of lines.entries()) {
    const last = rows.at(-1)
    if (last === undefined || ROW.test(line)) rows.push({ row: line, lineNumber: index + 1 })
    else last.row += `\n${line}`
  }
  return rows
}

function parseRow(transport: Transport, row: string): HeldSocket | undefined {
  const [, local = '', port = '', facts = ''] = ROW.exec(row) ?? []
  const inode = /\sino:(\d+)(?=\s)/.exec(facts)?.[1]
  const address = parseLocal(local)
  if (inode === undefined || address === undefined || Number(port) > 65_535) return undefined
  const isIpv6Only = /\sv6only:([01])(?=\s)/.exec(facts)?.[1]
  const place = { transport, family: address.family, address: address.text, port: port === '*' ? 0 : Number(port) }
  const socket = { ...place, inode }
  const isKnown = address.family === 'ipv6' && isIpv6Only !== undefined
  return {
    socket: isKnown ? { ...socket, ipv6Only: isIpv6Only === '1' } : socket,
    pids: parsePids(facts),
  }
}

/** `127.0.0.53%lo`, `[::1]`, `[fe80::1]%eth0`; `*` is `::` with IPv4 (of an old `ss` IPv4 alone, which `::` covers). */
function parseLocal(local: string): ReturnType<typeof parseAddress> | undefined {
  const text = local === '*' ? '::' : local.replace(/%[^%\]]+$/, '').replace(/^\[(.*)\]$/, '$1')
  try {
    return parseAddress(text.replace(/%.*$/, ''))
  } catch {
    return undefined // PORTS_ADDRESS_INVALID: the caller says which line it was
  }
}

function parsePids(facts: string): ReadonlySet<number> {
  const begin = facts.indexOf('users:((')
  if (begin < 0) return new Set()
  const pids = [...facts.slice(begin + 'users:(('.length).matchAll(PROCESS)].map((match) => Number(match[1]))
  return new Set(pids)
}
