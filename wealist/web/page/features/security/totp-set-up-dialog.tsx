import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { meQuery } from '../../session/me-query.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { noticeBoard } from '../../ui/notice-board.ts'
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx'
import { TotpForm } from './totp-form.tsx'
import { totpSetUpQuery } from './totp-set-up-query.ts'

interface TotpSetUpDialogProps {
  readonly onClose: () => void
}

/** First the app, then the recovery codes. */
export function TotpSetUpDialog({ onClose }: TotpSetUpDialogProps) {
  const { t } = useTranslation('account')
  const queryClient = useQueryClient()
  const [codes, setCodes] = useState<readonly string[]>()
  const query = useQuery({ ...totpSetUpQuery, enabled: codes === undefined })
  const finish = async (recoveryCodes: readonly string[]) => {
    setCodes(recoveryCodes)
    await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
    noticeBoard.show({ kind: 'done', text: t('security.turnedOn') })
  }
  if (codes !== undefined) return <RecoveryCodesDialog codes={codes} onClose={onClose} />
  return (
    <Dialog title={t('security.setUpTitle')} isEasilyClosed={false} onClose={onClose}>
      <Loaded query={query}>{(setUp) => <TotpForm setUp={setUp} onDone={finish} onCancel={onClose} />}</Loaded>
    </Dialog>
  )
}
