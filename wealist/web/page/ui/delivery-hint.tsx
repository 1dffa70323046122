import { useTranslation } from 'react-i18next'
import type { MailDelivery } from '../api/contract.ts'
import styles from './delivery-hint.module.css'

interface DeliveryHintProps {
  readonly delivery: MailDelivery
}

/** A server without a mail server, as on a developer's machine: says where the link is instead. */
export function DeliveryHint({ delivery }: DeliveryHintProps) {
  const { t } = useTranslation('entry')
  if (delivery === 'mail') return null
  return (
    <p className={styles.hint}>
      {t('noMail')} <code>{t('noMailCommand')}</code>
    </p>
  )
}
