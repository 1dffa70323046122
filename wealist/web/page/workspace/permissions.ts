import type { GrantableRole, Role } from '../api/contract.ts'

export const ROLES = ['owner', 'admin', 'member', 'guest'] as const satisfies readonly Role[]
export const GRANTABLE_ROLES = ['admin', 'member', 'guest'] as const satisfies readonly GrantableRole[]

/** Whom a role may appoint, invite, change and remove. The service decides; this only spares people a refusal. */
const COMMANDED_ROLES = {
  owner: ['admin', 'member', 'guest'],
  admin: ['member', 'guest'],
  member: [],
  guest: [],
} as const satisfies Record<Role, readonly GrantableRole[]>

/** Renames the workspace, invites, reads invitations, addresses and the log. */
export function isAdmin(role: Role): boolean {
  return role === 'owner' || role === 'admin'
}

/** The roles that `actor` may hand out, the highest first. */
export function rolesGrantedBy(actor: Role): readonly GrantableRole[] {
  return COMMANDED_ROLES[actor]
}

export function mayCommand(actor: Role, target: Role): boolean {
  return rolesGrantedBy(actor).some((role) => role === target)
}

/** The roles somebody may be given by `actor`; one's own role can only be lowered, and the owner's not at all. */
export function rolesFor(actor: Role, target: Role, isSelf: boolean): readonly GrantableRole[] {
  if (target === 'owner') return []
  if (isSelf) return GRANTABLE_ROLES.slice(GRANTABLE_ROLES.indexOf(target) + 1)
  return mayCommand(actor, target) ? rolesGrantedBy(actor).filter((role) => role !== target) : []
}
