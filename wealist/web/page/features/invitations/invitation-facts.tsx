import { useTranslation } from 'react-i18next'
import type { Invitation } from '../../api/contract.ts'
import { formatCount, formatDate } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import rows from '../../ui/rows.module.css'

interface InvitationFactsProps {
  readonly invitation: Invitation
}

export function InvitationFacts({ invitation }: InvitationFactsProps) {
  const { t } = useTranslation('workspace')
  const { t: tUi } = useTranslation()
  const formats = useFormats()
  const { email, role, state, createdBy, expiresAt, useLimit, useCount } = invitation
  const date = formatDate(formats, expiresAt)
  const [used, limit] = [formatCount(formats.locale, useCount), formatCount(formats.locale, useLimit)]
  return (
    <p className={rows.facts}>
      <span>{t('invitations.as', { role: t(`roles.${role}`) })}</span>
      <span>{t('invitations.by', { name: createdBy.name ?? tUi('unknownPerson') })}</span>
      {email === null && <span>{t('invitations.uses', { used, limit })}</span>}
      {state === 'open' && <span>{t('invitations.until', { date })}</span>}
      {state === 'expired' && <span>{t('invitations.was', { date })}</span>}
    </p>
  )
}
