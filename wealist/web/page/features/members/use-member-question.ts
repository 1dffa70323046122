import { unreachable } from '@portolan/errors'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Member } from '../../api/contract.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { refreshWorkspace } from '../../workspace/refresh-workspace.ts'
import { changeMember, removeMember, transferOwnership } from './change-member.ts'
import type { MemberAction } from './member-action.ts'

/** What is asked before something that cannot be taken back. */
export interface MemberQuestion {
  readonly title: string
  readonly text: string
  readonly confirm: string
  readonly onConfirm: () => Promise<void>
}

/** Leaving has a dialog of its own, for it ends on another page. */
export type GraveAction = Exclude<MemberAction, { readonly type: 'leave' } | { readonly type: 'change-role' }>

export function useMemberQuestion(workspaceId: string, { userId, name }: Member) {
  const { t } = useTranslation('workspace')
  const queryClient = useQueryClient()
  const place = { workspaceId, userId }
  const finish = async (text: string) => {
    noticeBoard.show({ kind: 'done', text })
    await refreshWorkspace(queryClient, workspaceId)
  }
  return (action: GraveAction): MemberQuestion => {
    switch (action.type) {
      case 'transfer':
        return {
          title: t('members.transferTitle', { name }),
          text: t('members.transferText', { name }),
          confirm: t('members.transferConfirm'),
          onConfirm: () => transferOwnership(place).then(() => finish(t('members.transferred', { name }))),
        }
      case 'remove':
        return {
          title: t('members.removeTitle', { name }),
          text: t('members.removeText'),
          confirm: t('members.removeConfirm'),
          onConfirm: () => removeMember(place).then(() => finish(t('members.removed', { name }))),
        }
      case 'step-down': {
        const role = t(`roles.${action.role}`)
        const changed = t('members.roleChanged', { name, role })
        return {
          title: t('members.stepDownTitle', { role }),
          text: t('members.stepDownText'),
          confirm: t('members.stepDownConfirm'),
          onConfirm: () => changeMember(place, action.role).then(() => finish(changed)),
        }
      }
      default:
        return unreachable(action)
    }
  }
}
