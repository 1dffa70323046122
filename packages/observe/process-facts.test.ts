import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseProcessFacts } from './process-facts.ts'

const BOOT = '/proc/stat:btime 1700000000\n'
const ID = 'ab'.repeat(32)

function processLines(pid: number, name: string): string {
  const stat = `${pid} (${name}) S 1 ${pid} ${'0 '.repeat(16)}500 0 0`
  const lines = stat.split('\n').map((line) => `/proc/${pid}/stat:${line}\n`)
  return `/proc/${pid}/status:Uid:\t0\t1000\t0\t0\n${lines.join('')}`
}

test('a process has its name, its effective user, its start and its container', () => {
  const text = `${BOOT}${processLines(7, 'nginx')}/proc/7/cgroup:0::/docker/${ID}\n/etc/passwd:mina:x:1000:1000::/:/bin/sh\n`
  const startedAt = new Date(1_700_000_005_000)
  expect(parseProcessFacts(text)).toEqual(
    new Map([[7, { holder: { pid: 7, command: 'nginx', user: 'mina', startedAt }, containerId: ID }]]),
  )
})

test.for(['a\n8 (sshd) S', ') S 1 1 (', '\n/proc/8/stat:8'])('a process called %j is nobody else', (name) => {
  const owners = parseProcessFacts(`${BOOT}${processLines(7, name)}`)
  expect([...owners.keys()]).toEqual([7])
  expect(owners.get(7)?.holder).toMatchObject({ pid: 7, user: '1000' })
})

test('a process that ended while it was read is left out', () => {
  expect(parseProcessFacts(`${BOOT}/proc/7/status:Uid:\t0\t0\t0\t0\n/proc/8/cgroup:0::/\n`)).toEqual(new Map())
})

test('without the time of the start nothing can be said', () => {
  expect(() => parseProcessFacts(processLines(7, 'nginx'))).toThrow(
    expect.objectContaining({ code: 'OBSERVE_TABLE_MALFORMED' }),
  )
})

test('no text makes the parser fail without a code', () => {
  const part = fc.constantFrom(
    BOOT,
    processLines(7, 'a'),
    '/proc/7/stat:',
    '/proc/7/cgroup:',
    '\n',
    '/etc/passwd:',
    '::',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 6 }), (parts) => {
      try {
        parseProcessFacts(parts.join(''))
      } catch (error) {
        expect(error).toMatchObject({ code: 'OBSERVE_TABLE_MALFORMED' })
      }
    }),
  )
})
