import { expect, test } from 'vitest'
import { idleHalf } from './idle-half.ts'

const NOW = new Date('2026-03-02T09:00:00Z')
const BEFORE = '2026-03-02T08:59:59.000Z'
const AFTER = '2026-03-02T09:00:01.000Z'

const empty = { state: 'empty', port: 1 } as const
const active = { state: 'active', port: 1, version: '1' } as const
const deployed = { state: 'deployed', port: 1, version: '2' } as const
const over = { state: 'grace', port: 1, version: '3', graceUntil: BEFORE } as const
const grace = { state: 'grace', port: 1, version: '3', graceUntil: AFTER } as const

test.for([
  ['two empty halves', empty, empty, 'blue'],
  ['an active blue one', active, empty, 'green'],
  ['an active green one', empty, active, 'blue'],
  ['something never promoted beside the active one', active, deployed, 'green'],
  ['something never promoted beside an empty one', empty, deployed, 'green'],
  ['a grace that is over', over, active, 'blue'],
  ['a grace beside an empty half', grace, empty, 'green'],
  ['two that were never promoted', deployed, deployed, 'blue'],
] as const)('with %s the next version goes there', ([, blue, green, half]) => {
  expect(idleHalf({ slots: { blue, green } }, { now: NOW, endGrace: false })).toBe(half)
})

test('what is somebody’s way back is kept until its grace is over, or is given up in so many words', () => {
  const slots = { blue: active, green: grace }
  const choose = (endGrace: boolean) => idleHalf({ slots }, { now: NOW, endGrace })
  expect(() => choose(false)).toThrow(expect.objectContaining({ code: 'DEPLOY_GRACE_RUNNING' }))
  expect(() => choose(false)).toThrow(/green half still has version "3".*until 2026-03-02T09:00:01/)
  expect(choose(true)).toBe('green')
})
