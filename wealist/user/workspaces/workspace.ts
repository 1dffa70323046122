import type { Role } from '@portolan/identity'

export interface Workspace {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
}

/** A workspace as one of its members sees it. */
export interface JoinedWorkspace extends Workspace {
  readonly role: Role
  readonly memberCount: number
}
