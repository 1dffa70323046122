import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Session } from '../../api/contract.ts'
import styles from '../../ui/rows.module.css'
import own from './session-list.module.css'
import { SessionRow } from './session-row.tsx'

interface SessionListProps {
  readonly sessions: readonly Session[]
}

/** This device first, then as the service gives them: the last used one first. */
export function SessionList({ sessions }: SessionListProps) {
  const { t } = useTranslation('account')
  const list = useRef<HTMLUListElement>(null)
  const ordered = sessions.toSorted((left, right) => Number(right.isCurrent) - Number(left.isCurrent))
  return (
    <div className={own.list}>
      <ul ref={list} className={styles.rows} tabIndex={-1} aria-label={t('sessions.title')}>
        {ordered.map((session) => (
          <SessionRow key={session.id} session={session} onEnded={() => list.current?.focus()} />
        ))}
      </ul>
      {sessions.length === 1 && <p className={own.alone}>{t('sessions.onlyThis')}</p>}
    </div>
  )
}
