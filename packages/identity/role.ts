import type { Waiting } from '@portolan/errors'

/** What a person may do in a workspace, the least first; each may do all that the ones before it may. */
export const ROLES = ['guest', 'member', 'admin', 'owner'] as const
export type Role = (typeof ROLES)[number]

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value)
}

/** True when `role` may do what needs `needed`. */
export function hasRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** Who knows the roles: the user service itself, or the membership client everywhere else. */
export interface RoleSource {
  /**
   * @returns undefined when the user is not in the workspace
   * @throws IDENTITY_MEMBERSHIP_UNKNOWN when that cannot be known now; never to be taken for either answer
   */
  findRole(workspaceId: string, userId: string, waiting: Waiting): Promise<Role | undefined>
}
