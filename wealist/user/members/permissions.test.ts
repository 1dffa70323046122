import { ROLES, type Role } from '@portolan/identity'
import { expect, test } from 'vitest'
import { mayChangeRole, mayDo, mayGrant, mayRemove, NEEDED_ROLE, rolesGrantedBy } from './permissions.ts'

test.for([
  ['read the workspace', ['guest', 'member', 'admin', 'owner']],
  ['rename the workspace', ['admin', 'owner']],
  ['read the audit log', ['admin', 'owner']],
  ['read invitations', ['admin', 'owner']],
  ['invite people', ['admin', 'owner']],
  ['hand over the workspace', ['owner']],
  ['remove the workspace', ['owner']],
] as const)('%s: %s', ([action, allowed]) => {
  expect(ROLES.filter((role) => mayDo(role, action))).toEqual(allowed)
  expect(Object.keys(NEEDED_ROLE)).toContain(action)
})

// Whom each role may remove and who may invite whom: the same table.
const COMMANDS = {
  owner: ['guest', 'member', 'admin'],
  admin: ['guest', 'member'],
  member: [],
  guest: [],
} as const satisfies Record<Role, readonly Role[]>

test.for(ROLES)('%s grants and removes only roles below their own', (actor) => {
  expect(ROLES.filter((role) => mayGrant(actor, role))).toEqual(COMMANDS[actor])
  expect(ROLES.filter((target) => mayRemove({ actor, target, isSelf: false }))).toEqual(COMMANDS[actor])
  expect(rolesGrantedBy(actor).toSorted()).toEqual([...COMMANDS[actor]].toSorted())
})

const CHANGES = ROLES.flatMap((actor) => ROLES.flatMap((target) => ROLES.map((next) => ({ actor, target, next }))))

test.for(CHANGES)('$actor makes $target to $next', ({ actor, target, next }) => {
  const commanded: readonly Role[] = COMMANDS[actor]
  const isAllowed = commanded.includes(target) && commanded.includes(next)
  expect(mayChangeRole({ actor, target, next, isSelf: false })).toBe(isAllowed)
  if (mayChangeRole({ actor, target, next, isSelf: false })) {
    expect(ROLES.indexOf(next)).toBeLessThan(ROLES.indexOf(actor)) // nobody makes an equal
  }
})

test('everybody may step down or leave, but the owner; nobody may step up', () => {
  for (const own of ROLES) {
    const steps = ROLES.filter((next) => mayChangeRole({ actor: own, target: own, next, isSelf: true }))
    expect(steps).toEqual(own === 'owner' ? [] : ROLES.slice(0, ROLES.indexOf(own)))
    expect(mayRemove({ actor: own, target: own, isSelf: true })).toBe(own !== 'owner')
  }
})
