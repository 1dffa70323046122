import { expect, test } from 'vitest'
import { slotChangeWords } from './slot-words.ts'

const EMPTY = { state: 'empty' }
const ACTIVE = { state: 'active', version: '1.4', deployedAt: '2026-01-01T00:00:00.000Z', deployedBy: 'ada' }
const GRACE = { state: 'grace', version: '1.3', graceUntil: '2026-01-01T00:10:00.000Z' }

test.for([
  [{ event: 'promote', blue: ACTIVE, green: GRACE }, 'promote: blue active 1.4, green grace 1.3'],
  [{ event: 'clear', blue: ACTIVE, green: EMPTY }, 'clear: blue active 1.4, green empty'],
  [{ event: 'clear' }, undefined],
  [{ blue: ACTIVE, green: EMPTY }, undefined],
  [undefined, undefined],
  ['promote', undefined],
] as const)('a change to %j is told as %s', ([details, words]) => {
  expect(slotChangeWords(details)).toBe(words)
})
