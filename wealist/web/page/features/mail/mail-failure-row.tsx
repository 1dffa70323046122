import { useTranslation } from 'react-i18next'
import type { MailFailure } from '../../api/contract.ts'
import { formatDateTime } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import { Mark } from '../../ui/mark.tsx'
import styles from '../../ui/rows.module.css'
import own from './mail-failure-row.module.css'
import { mailKindOf } from './mail-kind.ts'

interface MailFailureRowProps {
  readonly failure: MailFailure
}

export function MailFailureRow({ failure }: MailFailureRowProps) {
  const { t } = useTranslation('account')
  const formats = useFormats()
  const { template, to, attemptCount, reason, createdAt, nextAttemptAt } = failure
  return (
    <li className={styles.row}>
      <div>
        <div className={styles.name} translate="no">
          {to}
        </div>
        <div className={styles.facts}>
          <span>{t(`mail.kinds.${mailKindOf(template)}`)}</span>
          <span>{formatDateTime(formats, createdAt)}</span>
          <span>{t('mail.attempts', { count: attemptCount })}</span>
          {nextAttemptAt !== null && (
            <span>{t('mail.nextAttempt', { date: formatDateTime(formats, nextAttemptAt) })}</span>
          )}
        </div>
        {/* As the mail server said it, in its own language. */}
        <p className={own.reason} lang="en">
          {reason}
        </p>
      </div>
      <div className={styles.end}>{nextAttemptAt === null && <Mark tone="alarm">{t('mail.givenUp')}</Mark>}</div>
    </li>
  )
}
