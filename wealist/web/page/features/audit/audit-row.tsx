import { useTranslation } from 'react-i18next'
import type { AuditEntry } from '../../api/contract.ts'
import { formatDateTime, formatTime } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import { Icon } from '../../ui/icon.tsx'
import { AUDIT_ICONS } from './audit-icons.ts'
import styles from './audit-row.module.css'
import { auditWords } from './audit-words.ts'

interface AuditRowProps {
  readonly entry: AuditEntry
}

export function AuditRow({ entry }: AuditRowProps) {
  const { t } = useTranslation('workspace')
  const formats = useFormats()
  const { at, action } = entry
  return (
    <li className={styles.row}>
      <span className={styles.icon}>
        <Icon name={AUDIT_ICONS[action]} sizePx={18} />
      </span>
      <p>{auditWords(t, entry)}</p>
      <time dateTime={at} title={formatDateTime(formats, at)}>
        {formatTime(formats, at)}
      </time>
    </li>
  )
}
