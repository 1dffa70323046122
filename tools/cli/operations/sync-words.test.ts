import { expect, test } from 'vitest'
import { syncLines } from './sync-words.ts'

const CONTEXT = { environment: { NO_COLOR: '1' }, stdout: process.stdout }
const finding = (port: number, severity: 'note' | 'warning', transport: 'tcp' | 'udp' = 'tcp') => ({
  code: 'RECONCILE_PORT_UNCLAIMED',
  severity,
  title: 'Open, and nobody has claimed it',
  ports: String(port),
  transport,
  message: `${port} is open, and nobody has claimed it.`,
  remedy: 'Register it by hand, or end it.',
  evidence: [`python3 (process 123 of hanna) on 127.0.0.1:${port}/${transport}`],
})
const OUTPUT = {
  success: true as const,
  host: 'seoul-1',
  isKnown: true,
  findings: [finding(22, 'note'), finding(53, 'note', 'udp'), finding(4004, 'warning')],
  adopted: [],
  left: [],
  slots: [],
}

test('who holds a port is told with the finding, and ports outside of every band are one line', () => {
  expect(syncLines(OUTPUT, CONTEXT, false)).toEqual([
    'warning 4004 is open, and nobody has claimed it.',
    '  seen: python3 (process 123 of hanna) on 127.0.0.1:4004/tcp',
    '  Register it by hand, or end it.  RECONCILE_PORT_UNCLAIMED',
    'note 2 ports outside of every band are open and unclaimed: 22, 53/udp (--all: who holds each)',
  ])
})

test('each of them is told when that is asked for', () => {
  const lines = syncLines(OUTPUT, CONTEXT, true)
  expect(lines).toContain('  seen: python3 (process 123 of hanna) on 127.0.0.1:22/tcp')
  expect(lines.join('\n')).not.toContain('--all')
})

test('where nothing else is found, claims and host agree', () => {
  const lines = syncLines({ ...OUTPUT, findings: [finding(22, 'note')] }, CONTEXT, false)
  expect(lines).toEqual([
    'The claims of host "seoul-1" and what is open there agree.',
    'note 1 port outside of every band is open and unclaimed: 22 (--all: who holds each)',
  ])
})
