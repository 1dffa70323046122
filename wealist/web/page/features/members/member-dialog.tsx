import type { Member, Workspace } from '../../api/contract.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { LeaveDialog } from '../../workspace/leave-dialog.tsx'
import { type GraveAction, useMemberQuestion } from './use-member-question.ts'

interface MemberDialogProps {
  readonly workspace: Workspace
  readonly member: Member
  readonly action: GraveAction | { readonly type: 'leave' }
  readonly onClose: () => void
}

/** Asks once more before what cannot be taken back. */
export function MemberDialog({ workspace, member, action, onClose }: MemberDialogProps) {
  const questionOf = useMemberQuestion(workspace.id, member)
  if (action.type === 'leave') return <LeaveDialog workspace={workspace} onClose={onClose} />
  return <ConfirmDialog {...questionOf(action)} onClose={onClose} />
}
