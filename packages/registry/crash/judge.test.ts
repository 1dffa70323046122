import { expect, test } from 'vitest'
import { judge } from './judge.ts'
import type { CrashOutcome, CrashRecord, CrashRequest, LedgerEntry } from './record.ts'

const allocate: CrashRequest = { type: 'allocate', project: 'worb', purpose: 'need-1' }
const release: CrashRequest = { type: 'release', project: 'worb', claimId: 1, token: undefined }
const done = { state: 'done', wasChanged: true, claimId: 1, token: 1, port: 4100 } as const

function recorded(id: number, request: CrashRequest, outcome: CrashOutcome): CrashRecord {
  const answeredAt = outcome.state === 'unknown' ? Infinity : id * 10 + 5
  return { id, host: 'seoul-1', request, outcome, askedAt: id * 10, answeredAt }
}

function entered(operationId: number, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return { operationId, type: 'allocated', host: 'seoul-1', claimId: 1, token: 1, port: 4100, isLive: true, ...more }
}

test('a history that is what the ledger says has no violations', () => {
  const records = [recorded(1, allocate, done), recorded(2, release, done)]
  const ledger = [entered(1, { isLive: false }), entered(2, { type: 'released', isLive: false })]
  expect(judge(records, ledger)).toMatchObject({
    violations: [],
    operationCount: 2,
    allocationCount: 1,
    objectCount: 1,
  })
})

test.for([
  ['an answer is lost', [recorded(1, allocate, done)], []],
  ['something else was answered', [recorded(1, allocate, { ...done, port: 4102 })], [entered(1)]],
  ['it was done twice', [recorded(1, allocate, done)], [entered(1), entered(1, { claimId: 2, port: 4102 })]],
  ['nobody asked for it', [], [entered(1)]],
  ['it was refused and done', [recorded(1, allocate, { state: 'refused', code: 'X' })], [entered(1)]],
  [
    'one pair was given out twice',
    [recorded(1, allocate, done), recorded(2, allocate, { ...done, claimId: 2, token: 2 })],
    [entered(1), entered(2, { claimId: 2, token: 2 })],
  ],
  [
    'a claim is still live after its release',
    [recorded(1, allocate, done), recorded(2, release, done)],
    [entered(1), entered(2, { type: 'released' })],
  ],
] as const)('it is found when %s', ([, records, ledger]) => {
  expect(judge(records, ledger).violations).not.toEqual([])
})

test('what got no answer counts as the ledger has it', () => {
  const unknown = recorded(1, allocate, { state: 'unknown' })
  expect(judge([unknown], [])).toMatchObject({ violations: [], unknownCount: 1, unknownDoneCount: 0 })
  expect(judge([unknown], [entered(1)])).toMatchObject({ violations: [], unknownCount: 1, unknownDoneCount: 1 })
})
