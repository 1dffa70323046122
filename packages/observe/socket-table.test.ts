import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSocketTable, SOCKET_TABLES, type SocketTable } from './socket-table.ts'

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const TCP: SocketTable = { name: 'tcp', transport: 'tcp', family: 'ipv4' }
const TCP6: SocketTable = { name: 'tcp6', transport: 'tcp', family: 'ipv6' }
const UDP: SocketTable = { name: 'udp', transport: 'udp', family: 'ipv4' }
const LITTLE = { endianness: 'LE' } as const

function lineOf(local: string, state: string, inode = '4711'): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100 0\n`
}

test('a listening socket is read with its address, port and inode', () => {
  expect(parseSocketTable(TCP, HEADER + lineOf('0100007F:1F90', '0A'), LITTLE)).toEqual([
    { transport: 'tcp', family: 'ipv4', address: '127.0.0.1', port: 8080, inode: '4711' },
  ])
})

test.for([
  ['00000000000000000000000000000000', 'ipv6', '::'],
  ['00000000000000000000000001000000', 'ipv6', '::1'],
  ['B80D0120000000000000000001000000', 'ipv6', '2001:db8::1'],
  ['0000000000000000FFFF0000010200C0', 'ipv4', '192.0.2.1'],
] as const)('%s is %s %s', ([hex, family, address]) => {
  expect(parseSocketTable(TCP6, HEADER + lineOf(`${hex}:0050`, '0A'), LITTLE)).toEqual([
    { transport: 'tcp', family, address, port: 80, inode: '4711' },
  ])
})

test('a host of the other byte order writes its words the other way', () => {
  const [socket] = parseSocketTable(TCP, HEADER + lineOf('7F000001:1F90', '0A'), { endianness: 'BE' })
  expect(socket).toMatchObject({ address: '127.0.0.1', port: 8080 })
})

test('connections are no listeners, but every bound UDP socket holds its port', () => {
  const text = HEADER + lineOf('0100007F:1F90', '01') + lineOf('0100007F:1F91', '07') + lineOf('0100007F:0000', '07')
  expect(parseSocketTable(TCP, text, LITTLE)).toEqual([])
  expect(parseSocketTable(UDP, text, LITTLE).map(({ port }) => port)).toEqual([8080, 8081])
})

test.for([
  ['', 1],
  ['not a table\n', 1],
  [HEADER.trimEnd(), 1],
  [HEADER + lineOf('0100007F:1F90', '0A').trimEnd(), 2],
  [`${HEADER}\n`, 2],
  [`${HEADER}   0: 0100007F:1F90 00000000:0000 0A\n`, 2],
  [HEADER + lineOf('0100007F:1F90', '0A') + lineOf('0100007F', '0A'), 3],
  [HEADER + lineOf('0100007F:1F901', '0A'), 2],
  [HEADER + lineOf('0100007G:1F90', '0A'), 2],
  [HEADER + lineOf('00000000000000000000000001000000:1F90', '0A'), 2],
  [HEADER + lineOf('0100007F:1F90', '0A', 'x'), 2],
] as const)('half a table is refused (case %#)', ([text, line]) => {
  expect(() => parseSocketTable(TCP, text, LITTLE)).toThrow(
    expect.objectContaining({ code: 'OBSERVE_TABLE_MALFORMED', details: { table: 'tcp', line } }),
  )
})

test('no text makes the parser fail without a code', () => {
  const part = fc.constantFrom(HEADER, lineOf('0100007F:1F90', '0A'), lineOf('', ''), '\n', ' ', '0A')
  const text = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.constantFrom(...SOCKET_TABLES), text, (table, candidate) => {
      try {
        parseSocketTable(table, candidate, LITTLE)
      } catch (error) {
        expect(error).toMatchObject({ code: 'OBSERVE_TABLE_MALFORMED' })
      }
    }),
  )
})
