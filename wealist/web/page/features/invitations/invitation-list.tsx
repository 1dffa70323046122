import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Invitation } from '../../api/contract.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { noticeBoard } from '../../ui/notice-board.ts'
import { refreshWorkspace } from '../../workspace/refresh-workspace.ts'
import { InvitationGroup } from './invitation-group.tsx'
import { withdrawInvitation } from './withdraw-invitation.ts'

interface InvitationListProps {
  readonly workspaceId: string
  readonly invitations: readonly Invitation[]
}

/** Those that are open, and below them those that were. */
export function InvitationList({ workspaceId, invitations }: InvitationListProps) {
  const { t } = useTranslation('workspace')
  const queryClient = useQueryClient()
  const [chosen, setChosen] = useState<Invitation | undefined>(undefined)
  const { open = [], past = [] } = Object.groupBy(invitations, ({ state }) => (state === 'open' ? 'open' : 'past'))
  const withdraw = async (invitationId: string) => {
    await withdrawInvitation(workspaceId, invitationId)
    noticeBoard.show({ kind: 'done', text: t('invitations.withdrawn') })
    await refreshWorkspace(queryClient, workspaceId)
  }
  return (
    <>
      <InvitationGroup heading={t('invitations.open')} invitations={open} onWithdraw={setChosen} />
      <InvitationGroup heading={t('invitations.past')} invitations={past} onWithdraw={setChosen} />
      {chosen !== undefined && (
        <ConfirmDialog
          title={t('invitations.withdrawTitle')}
          text={t('invitations.withdrawText')}
          confirm={t('invitations.withdraw')}
          onConfirm={() => withdraw(chosen.id)}
          onClose={() => setChosen(undefined)}
        />
      )}
    </>
  )
}
