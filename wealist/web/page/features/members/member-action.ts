import type { GrantableRole, Member, Role } from '../../api/contract.ts'
import { mayCommand, rolesFor } from '../../workspace/permissions.ts'

/** What can be done with a member. All but a change of another's role is asked for once more. */
export type MemberAction =
  | { readonly type: 'change-role'; readonly role: GrantableRole }
  | { readonly type: 'step-down'; readonly role: GrantableRole }
  | { readonly type: 'transfer' }
  | { readonly type: 'remove' }
  | { readonly type: 'leave' }

export interface MemberGrounds {
  /** My role. */
  readonly actor: Role
  readonly target: Pick<Member, 'role'>
  /** It is me. */
  readonly isSelf: boolean
}

/** In the order in which they are offered; empty when there is nothing that the service would allow. */
export function actionsFor({ actor, target, isSelf }: MemberGrounds): readonly MemberAction[] {
  const type = isSelf ? 'step-down' : 'change-role'
  const roles = rolesFor(actor, target.role, isSelf).map((role): MemberAction => ({ type, role }))
  if (isSelf) return target.role === 'owner' ? [] : [...roles, { type: 'leave' }]
  const isHeir = actor === 'owner' && target.role !== 'guest'
  return [
    ...roles,
    ...(isHeir ? [{ type: 'transfer' } as const] : []),
    ...(mayCommand(actor, target.role) ? [{ type: 'remove' } as const] : []),
  ]
}
