import { isAppError } from '@portolan/errors'

export interface OwnedWorkspace {
  readonly id: string
  readonly name: string
}

/** The workspaces that USER_OWNS_WORKSPACES names; empty for every other error. */
export function ownedWorkspacesOf(error: unknown): readonly OwnedWorkspace[] {
  const workspaces = isAppError(error) ? error.details.workspaces : undefined
  return Array.isArray(workspaces) ? workspaces.filter(isOwnedWorkspace) : []
}

function isOwnedWorkspace(value: unknown): value is OwnedWorkspace {
  if (typeof value !== 'object' || value === null) return false
  return 'id' in value && typeof value.id === 'string' && 'name' in value && typeof value.name === 'string'
}
