import { useTranslation } from 'react-i18next'
import type { Workspace } from '../api/contract.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { leaveWorkspace } from './leave-workspace.ts'
import { useFarewell } from './use-farewell.ts'

interface LeaveDialogProps {
  readonly workspace: Workspace
  readonly onClose: () => void
}

export function LeaveDialog({ workspace: { id, name }, onClose }: LeaveDialogProps) {
  const { t } = useTranslation('workspace')
  const sayFarewell = useFarewell()
  const leave = async () => {
    await leaveWorkspace(id)
    await sayFarewell(id, t('members.left', { name }))
  }
  return (
    <ConfirmDialog
      title={t('members.leaveTitle', { name })}
      text={t('members.leaveText')}
      confirm={t('members.leaveConfirm')}
      onConfirm={leave}
      onClose={onClose}
    />
  )
}
