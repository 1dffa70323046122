import { useTranslation } from 'react-i18next'
import type { InvitationPreview } from '../../api/contract.ts'
import { formatDate } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import { Flag } from '../../ui/flag.tsx'
import styles from './invitation-card.module.css'

interface InvitationCardProps {
  readonly preview: InvitationPreview
}

export function InvitationCard({ preview }: InvitationCardProps) {
  const { t } = useTranslation('entry')
  const { t: tWorkspace } = useTranslation('workspace')
  const formats = useFormats()
  const { workspaceName, inviterName, isForOneAddress, expiresAt } = preview
  const role = tWorkspace(`roles.${preview.role}`)
  const by = inviterName === null ? t('invitation.invitedByNobody', { role }) : undefined
  return (
    <div className={styles.card}>
      <Flag id={workspaceName} sizePx={52} />
      <h2>{workspaceName}</h2>
      <p>{by ?? t('invitation.invitedBy', { name: inviterName ?? '', role })}</p>
      <p className={styles.quiet}>{t('invitation.until', { date: formatDate(formats, expiresAt) })}</p>
      {isForOneAddress && <p className={styles.quiet}>{t('invitation.oneAddress')}</p>}
    </div>
  )
}
