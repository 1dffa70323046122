import { expect, test } from 'vitest'
import { momentWords, tableLines } from './table-lines.ts'

const TABLE = {
  header: ['ports', 'project', 'purpose', 'since'],
  rows: [
    ['4000-4001', 'worb', '', '3 min ago'],
    ['4002-4003', 'w-homepage', '', '2 h ago'],
  ],
}
const context = (columns?: number) => ({
  environment: { NO_COLOR: '1' },
  stdout: Object.assign(Object.create(process.stdout), { columns }),
})

test('columns are aligned, and one that says nothing is left out', () => {
  expect(tableLines(context(80), TABLE)).toEqual([
    'ports      project     since',
    '4000-4001  worb        3 min ago',
    '4002-4003  w-homepage  2 h ago',
  ])
})

test('where a terminal is too narrow, each row is a block of lines', () => {
  expect(tableLines(context(24), TABLE)).toEqual([
    '4000-4001',
    '  project  worb',
    '  since    3 min ago',
    '4002-4003',
    '  project  w-homepage',
    '  since    2 h ago',
  ])
})

test('into a file it is as wide as it has to be, and what would command the terminal is shown', () => {
  const rows = [['a\u001b[2J', 'x'.repeat(300)]]
  expect(tableLines(context(), { header: ['a', 'b'], rows })[1]).toBe(`a\\x1b[2J  ${'x'.repeat(300)}`)
})

test.for([
  ['2026-03-02T08:59:30Z', '30 s ago'],
  ['2026-03-02T08:57:00Z', '3 min ago'],
  ['2026-03-02T05:00:00Z', '4 h ago'],
  ['2026-02-20T09:00:00Z', '10 d ago'],
  ['2026-03-02T10:00:00Z', 'in 60 min'],
] as const)('%s is %s', ([moment, words]) => {
  expect(momentWords(moment, new Date('2026-03-02T09:00:00Z'))).toBe(words)
})
