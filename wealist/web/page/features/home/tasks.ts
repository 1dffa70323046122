import type { Role } from '../../api/contract.ts'
import { isAdmin } from '../../workspace/permissions.ts'

const OF_ADMINS = [
  { name: 'taskInvite', to: '/w/$workspaceId/invitations', icon: 'envelope' },
  { name: 'taskRoles', to: '/w/$workspaceId/members', icon: 'people' },
  { name: 'taskRename', to: '/w/$workspaceId/settings', icon: 'gear' },
  { name: 'taskLog', to: '/w/$workspaceId/log', icon: 'log' },
] as const
const OF_OTHERS = [{ name: 'taskMembers', to: '/w/$workspaceId/members', icon: 'people' }] as const
const PROFILE = { name: 'taskProfile', to: '/settings/profile', icon: 'person' } as const
const SECURITY = { name: 'taskSecurity', to: '/settings/security', icon: 'shield' } as const

export type Task = (typeof OF_ADMINS | typeof OF_OTHERS)[number] | typeof PROFILE | typeof SECURITY

export interface TaskGrounds {
  readonly role: Role
  readonly hasAvatar: boolean
  readonly hasTotp: boolean
}

/** What somebody can do here: for the workspace by their role, for themselves what they have not done yet. */
export function tasksOf({ role, hasAvatar, hasTotp }: TaskGrounds): readonly Task[] {
  return [...(isAdmin(role) ? OF_ADMINS : OF_OTHERS), ...(hasAvatar ? [] : [PROFILE]), ...(hasTotp ? [] : [SECURITY])]
}
