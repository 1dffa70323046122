import type { Waiting } from '@portolan/errors'
import type { Workspace } from './workspace.ts'

/**
 * Who knows the workspaces: a table, a control plane over HTTP, or one day a cluster (Kubernetes: a watch on pods by
 * label, whose addresses are those of the pods).
 */
export interface WorkspaceDirectory {
  /**
   * @returns undefined when there is no such workspace
   * @throws GATEWAY_DIRECTORY_UNREACHABLE when that cannot be known now
   */
  findWorkspace(name: string, waiting: Waiting): Promise<Workspace | undefined>
}

/** A directory that never changes: what a configuration lists. */
export function workspaceTable(workspaces: readonly Workspace[]): WorkspaceDirectory {
  const byName = new Map(workspaces.map((workspace) => [workspace.name, workspace]))
  return { findWorkspace: (name) => Promise.resolve(byName.get(name)) }
}
