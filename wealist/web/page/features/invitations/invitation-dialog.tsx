import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CreatedInvitation, Workspace } from '../../api/contract.ts'
import { CopyField } from '../../ui/copy-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import styles from './invitation-dialog.module.css'
import { InvitationForm } from './invitation-form.tsx'

interface InvitationDialogProps {
  readonly workspace: Workspace
  readonly onClose: () => void
}

/** First what kind of invitation, then its link, which is shown only this once. */
export function InvitationDialog({ workspace, onClose }: InvitationDialogProps) {
  const { t } = useTranslation('workspace')
  const [made, setMade] = useState<CreatedInvitation | undefined>(undefined)
  if (made === undefined) {
    return (
      <Dialog title={t('invitations.create')} onClose={onClose}>
        <InvitationForm workspace={workspace} onMade={setMade} onCancel={onClose} />
      </Dialog>
    )
  }
  const { email, url } = made
  return (
    <Dialog
      key="made"
      title={t(email === null ? 'invitations.linkTitle' : 'invitations.mailTitle')}
      text={email === null ? t('invitations.linkText') : t('invitations.mailText', { email })}
      isEasilyClosed={false}
      onClose={onClose}
    >
      <CopyField label={t('invitations.link')} value={url} />
      <div className={styles.end}>
        <Button onClick={onClose}>{t('invitations.done')}</Button>
      </div>
    </Dialog>
  )
}
