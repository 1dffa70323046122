import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { GrantableRole, Member } from '../../api/contract.ts'
import { errorWords } from '../../ui/error-words.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { refreshWorkspace } from '../../workspace/refresh-workspace.ts'
import { changeMember } from './change-member.ts'

interface RoleChange {
  readonly member: Member
  readonly role: GrantableRole
}

/** Gives somebody else another role, which can be taken back and is not asked for twice. */
export function useRoleChange(workspaceId: string): (change: RoleChange) => void {
  const { t } = useTranslation('workspace')
  const { t: tError } = useTranslation()
  const queryClient = useQueryClient()
  const changing = useMutation({
    mutationFn: ({ member: { userId }, role }: RoleChange) => changeMember({ workspaceId, userId }, role),
    onSuccess: (_, { member: { name }, role }) => {
      noticeBoard.show({ kind: 'done', text: t('members.roleChanged', { name, role: t(`roles.${role}`) }) })
    },
    onError: (error) => noticeBoard.show({ kind: 'failed', text: errorWords(tError, error) }),
    onSettled: () => refreshWorkspace(queryClient, workspaceId),
  })
  return changing.mutate
}
