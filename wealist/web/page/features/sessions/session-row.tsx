import { useTranslation } from 'react-i18next'
import type { Session } from '../../api/contract.ts'
import { formatAgo, formatDate } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import { Icon } from '../../ui/icon.tsx'
import { Mark } from '../../ui/mark.tsx'
import styles from '../../ui/rows.module.css'
import { EndButton } from './end-button.tsx'
import own from './session-list.module.css'

interface SessionRowProps {
  readonly session: Session
  /** The row is about to go, and the focus with it. */
  readonly onEnded: () => void
}

export function SessionRow({ session, onEnded }: SessionRowProps) {
  const { t } = useTranslation('account')
  const formats = useFormats()
  const { id, address, createdAt, lastUsedAt, isCurrent } = session
  const device = session.device === '' ? t('sessions.unknownDevice') : session.device
  return (
    <li className={styles.row}>
      <span className={own.icon}>
        <Icon name="device" sizePx={24} />
      </span>
      <div>
        <div className={styles.name}>
          {device}
          {isCurrent && <Mark tone="sea">{t('sessions.current')}</Mark>}
        </div>
        <div className={styles.facts}>
          <span>{address}</span>
          <span>{t('sessions.began', { date: formatDate(formats, createdAt) })}</span>
          {!isCurrent && <span>{t('sessions.used', { date: formatAgo(formats, lastUsedAt, new Date()) })}</span>}
        </div>
      </div>
      <div className={`${styles.end} ${own.end}`}>
        {!isCurrent && <EndButton sessionId={id} device={device} onEnded={onEnded} />}
      </div>
    </li>
  )
}
