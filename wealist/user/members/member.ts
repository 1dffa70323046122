import type { Role } from '@portolan/identity'

/** Somebody's place in a workspace. */
export interface Member {
  readonly workspaceId: string
  readonly userId: string
  readonly role: Role
}

/** With what others see of the person. */
export interface ListedMember extends Member {
  readonly name: string
  readonly email: string
  readonly avatarId?: string
  readonly joinedAt: Date
}
