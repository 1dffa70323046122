import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSsTable } from './ss-table.ts'

function row(local: string, facts: string): string {
  return `LISTEN 0      511    ${local} 0.0.0.0:* ${facts} ino:4711 sk:17 cgroup:/ <->       \n`
}

test('a row is read with its address, port and inode, and every process that has the socket', () => {
  const text = row('127.0.0.1:8080', 'users:(("nginx",pid=12,fd=6),("nginx",pid=11,fd=6)) uid:33')
  expect(parseSsTable('tcp', text)).toEqual([
    {
      socket: { transport: 'tcp', family: 'ipv4', address: '127.0.0.1', port: 8080, inode: '4711' },
      pids: new Set([12, 11]),
    },
  ])
})

test.for([
  ['0.0.0.0:80', 'ipv4', '0.0.0.0'],
  ['[::]:80', 'ipv6', '::'],
  ['*:80', 'ipv6', '::'],
  [':::80', 'ipv6', '::'],
  ['127.0.0.53%lo:80', 'ipv4', '127.0.0.53'],
  ['[fe80::1]%eth0:80', 'ipv6', 'fe80::1'],
  ['[fe80::1%eth0]:80', 'ipv6', 'fe80::1'],
  ['[2001:DB8::1]:80', 'ipv6', '2001:db8::1'],
  ['[::ffff:192.0.2.1]:80', 'ipv4', '192.0.2.1'],
] as const)('%s is %s %s', ([local, family, address]) => {
  const [held] = parseSsTable('tcp', row(local, ''))
  expect(held?.socket).toMatchObject({ family, address, port: 80 })
})

test('whether a socket on :: leaves IPv4 alone is told', () => {
  const text = `${row('[::]:80', '').replace('<->', 'v6only:1 <->')}${row('*:81', '').replace('<->', 'v6only:0 <->')}`
  expect(parseSsTable('tcp', text).map(({ socket }) => socket.ipv6Only)).toEqual([true, false])
})

test('a socket that is bound to no port holds none', () => {
  expect(parseSsTable('udp', 'UNCONN 0 0 *:* *:* ino:1 sk:1 <->\n')).toEqual([])
})

test.for([
  ['a",pid=1,fd=3),', [77]],
  ['",pid=1,fd=3),(', [77]],
  ['x",pid=1,fd=3)', [77]],
  ['x\ny', [77]],
  ['\nLISTEN 0 0 *:1', [77]],
  ['\nA 1 1 *:1 *:1 ', [77]],
  [') ino:1 sk:', [77]],
] as const)('a process called %j makes nobody else the holder', ([name, pids]) => {
  const [held, ...more] = parseSsTable('tcp', row('0.0.0.0:80', `users:(("${name}",pid=77,fd=5))`))
  expect(more).toEqual([])
  expect(held?.socket.port).toBe(80)
  expect([...(held?.pids ?? [])]).toEqual(pids)
})

test.for([
  ['LISTEN 0 0 0.0.0.0:80 0.0.0.0:* ino:1 sk:1', 1],
  ['Netid State\n', 1],
  ['LISTEN 0 0 0.0.0.0:80 0.0.0.0:*\n', 1],
  [`${row('0.0.0.0:80', '')}LISTEN 0 0 300.0.0.0:80 0.0.0.0:* ino:1 sk:1\n`, 2],
  ['LISTEN 0 0 0.0.0.0:70000 0.0.0.0:* ino:1 sk:1\n', 1],
  ['LISTEN 0 0 0.0.0.0:http 0.0.0.0:* ino:1 sk:1\n', 1],
] as const)('half a table is refused (case %#)', ([text, line]) => {
  expect(() => parseSsTable('tcp', text)).toThrow(
    expect.objectContaining({ code: 'OBSERVE_TABLE_MALFORMED', details: { table: 'ss tcp', line } }),
  )
})

test('no text makes the parser fail without a code', () => {
  const part = fc.constantFrom(row('0.0.0.0:80', ''), 'users:((', '"a",pid=1,fd=2', '\n', ' ', 'LISTEN 0 0 ', '*:1')
  const text = fc.oneof(
    fc.string(),
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (candidate) => {
      try {
        parseSsTable('tcp', candidate)
      } catch (error) {
        expect(error).toMatchObject({ code: 'OBSERVE_TABLE_MALFORMED' })
      }
    }),
  )
})
