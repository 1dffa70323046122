import { mayChangeRole, mayGrant, rolesGrantedBy as rolesOfService } from '@wealist/user/members/permissions.ts'
import { expect, test } from 'vitest'
import { GRANTABLE_ROLES, isAdmin, mayCommand, ROLES, rolesFor, rolesGrantedBy } from './permissions.ts'

const PAIRS = ROLES.flatMap((actor) => ROLES.map((target) => [actor, target] as const))

test.for(PAIRS)('the pages offer %s exactly the roles that the service lets them give to %s', ([actor, target]) => {
  const allowed = GRANTABLE_ROLES.filter((next) => mayChangeRole({ actor, target, next, isSelf: false }))
  expect(rolesFor(actor, target, false)).toEqual(allowed.filter((next) => next !== target))
  expect(mayCommand(actor, target)).toBe(mayGrant(actor, target))
})

test.for(ROLES)('whoever is %s may step down, and never up', (role) => {
  const allowed = GRANTABLE_ROLES.filter((next) => mayChangeRole({ actor: role, target: role, next, isSelf: true }))
  expect(rolesFor(role, role, true)).toEqual(allowed)
})

test.for(ROLES)('whoever is %s may invite as the service lets them', (role) => {
  expect(rolesGrantedBy(role)).toEqual(rolesOfService(role))
  expect(isAdmin(role)).toBe(rolesGrantedBy(role).length > 0)
})
