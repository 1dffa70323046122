import { workspaceRefused } from './errors.ts'
import { narrower, type Sharing } from './sharing.ts'
import type { Workspace } from './workspace.ts'

/** With whom a port is shared: what its workspace says, as far as an administrator allows. */
export function sharingOf(
  { sharing, sharingByPort }: Workspace,
  port: number,
  { unlessSaid, most }: { readonly unlessSaid: Sharing; readonly most: Sharing },
): Sharing {
  return narrower(sharingByPort.get(port) ?? sharing ?? unlessSaid, most)
}

export interface Permission {
  readonly workspace: Workspace
  readonly port: number
  readonly sharing: Sharing
  readonly userId: string
}

/** @throws GATEWAY_WORKSPACE_REFUSED when the port is not shared with whoever is signed in */
export async function requirePermit(
  { workspace, port, sharing, userId }: Permission,
  { isMember }: { readonly isMember: (team: string) => Promise<boolean> },
): Promise<void> {
  const { owner, members, team } = workspace
  if (sharing === 'public' || sharing === 'signed-in' || userId === owner) return
  const isIn = members.includes(userId) || (team !== undefined && sharing === 'members' && (await isMember(team)))
  if (sharing !== 'members' || !isIn) throw workspaceRefused({ workspace: workspace.name, port }, sharing)
}
