import { expect, test } from 'vitest'
import { actionsFor, type MemberAction } from './member-action.ts'
import { isFoundBy } from './member-search.ts'

const short = (action: MemberAction) => ('role' in action ? `${action.type} ${action.role}` : action.type)

test.for([
  ['owner', 'admin', ['change-role member', 'change-role guest', 'transfer', 'remove']],
  ['owner', 'guest', ['change-role admin', 'change-role member', 'remove']],
  ['admin', 'member', ['change-role guest', 'remove']],
  ['admin', 'admin', []],
  ['admin', 'owner', []],
  ['member', 'guest', []],
] as const)('%s can do this with %s: %o', ([actor, role, expected]) => {
  expect(actionsFor({ actor, target: { role }, isSelf: false }).map(short)).toEqual(expected)
})

test.for([
  ['owner', []],
  ['admin', ['step-down member', 'step-down guest', 'leave']],
  ['guest', ['leave']],
] as const)('%s can do this with themselves: %o', ([role, expected]) => {
  expect(actionsFor({ actor: role, target: { role }, isSelf: true }).map(short)).toEqual(expected)
})

test.for([
  ['', true],
  ['mina', true],
  ['KIM', true],
  [' example.com ', true],
  ['ｍｉｎａ', true],
  ['nobody', false],
] as const)('"%s" finds Mina Kim: %s', ([text, isFound]) => {
  expect(isFoundBy({ name: 'Mina Kim', email: 'mk@example.com' }, text)).toBe(isFound)
})

test('an address that is not told is not searched', () => {
  expect(isFoundBy({ name: 'Mina Kim', email: null }, 'example')).toBe(false)
})
