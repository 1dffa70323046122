import { CloseButton } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'
import { noticeBoard } from './notice-board.ts'
import styles from './notice-list.module.css'

export function NoticeList() {
  const { t } = useTranslation()
  const notices = useSyncExternalStore(noticeBoard.subscribe, noticeBoard.read)
  return (
    <section className={styles.list} aria-label={t('messages')} aria-live="polite">
      {notices.map(({ id, kind, text }) => (
        <div key={id} className={styles.notice} data-kind={kind} role={kind === 'done' ? undefined : 'alert'}>
          <Icon name={kind === 'done' ? 'check' : 'alert'} />
          <p>{text}</p>
          <CloseButton aria-label={t('dismiss')} onClick={() => noticeBoard.dismiss(id)} />
        </div>
      ))}
    </section>
  )
}
