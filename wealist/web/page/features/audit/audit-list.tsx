import { useTranslation } from 'react-i18next'
import type { AuditEntry } from '../../api/contract.ts'
import { dayOf, formatDate } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import { type AuditDay, daysOf } from './audit-days.ts'
import styles from './audit-list.module.css'
import { AuditRow } from './audit-row.tsx'

const DAY_MS = 86_400_000

interface AuditListProps {
  readonly entries: readonly AuditEntry[]
}

export function AuditList({ entries }: AuditListProps) {
  const { t } = useTranslation('workspace')
  const formats = useFormats()
  const now = Date.now()
  const today = dayOf(formats, new Date(now).toISOString())
  const yesterday = dayOf(formats, new Date(now - DAY_MS).toISOString())
  const headingOf = ({ day, at }: AuditDay) => {
    if (day === today) return t('audit.today')
    return day === yesterday ? t('audit.yesterday') : formatDate(formats, at)
  }
  return (
    <div className={styles.days}>
      {daysOf(formats, entries).map((each) => (
        <section key={each.day} className={styles.day} aria-label={headingOf(each)}>
          <h2>{headingOf(each)}</h2>
          <ol>
            {each.entries.map((entry) => (
              <AuditRow key={entry.id} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}
