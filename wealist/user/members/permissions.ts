import { hasRole, ROLES, type Role } from '@portolan/identity'
import Type from 'typebox'

export const ROLE_SCHEMA = Type.Enum([...ROLES], {
  title: 'Role',
  description: 'Each may do what those before it may.',
})

/** Every role but that of the owner, which is handed over and never granted. */
export const GRANTABLE_ROLES = ['admin', 'member', 'guest'] as const
export type GrantableRole = (typeof GRANTABLE_ROLES)[number]
export const GRANTABLE_ROLE_SCHEMA = Type.Enum([...GRANTABLE_ROLES], {
  title: 'GrantableRole',
  description: "The owner's role is handed over, never granted.",
})

/** What concerns the workspace as a whole, and the least role that may do it. */
export const NEEDED_ROLE = {
  'read the workspace': 'guest',
  'rename the workspace': 'admin',
  'read the audit log': 'admin',
  'read invitations': 'admin',
  'invite people': 'admin',
  'hand over the workspace': 'owner',
  'remove the workspace': 'owner',
} as const satisfies Record<string, Role>
export type WorkspaceAction = keyof typeof NEEDED_ROLE

/** Whom a role may appoint, invite, change and remove: an admin none of their own kind. */
const COMMANDED_ROLES: Readonly<Record<Role, readonly Role[]>> = Object.freeze({
  owner: ['admin', 'member', 'guest'],
  admin: ['member', 'guest'],
  member: [],
  guest: [],
})

export function mayDo(role: Role, action: WorkspaceAction): boolean {
  return hasRole(role, NEEDED_ROLE[action])
}

/** True when `actor` may invite somebody as `role`, or make them that. */
export function mayGrant(actor: Role, role: Role): boolean {
  return COMMANDED_ROLES[actor].includes(role)
}

/** The roles that `actor` may hand out, the highest first. */
export function rolesGrantedBy(actor: Role): readonly GrantableRole[] {
  return GRANTABLE_ROLES.filter((role) => mayGrant(actor, role))
}

export interface RoleChange {
  readonly actor: Role
  readonly target: Role
  readonly next: Role
  /** The target is the actor. */
  readonly isSelf: boolean
}

/** Whoever commands both the role that is and the role that shall be; and everybody may step down, but the owner. */
export function mayChangeRole({ actor, target, next, isSelf }: RoleChange): boolean {
  if (isSelf) return target !== 'owner' && next !== target && hasRole(target, next)
  return mayGrant(actor, target) && mayGrant(actor, next)
}

/** Removing oneself is leaving, which everybody may but the owner. */
export function mayRemove({ actor, target, isSelf }: Omit<RoleChange, 'next'>): boolean {
  return isSelf ? target !== 'owner' : mayGrant(actor, target)
}
