import { useTranslation } from 'react-i18next'
import styles from './page-loading.module.css'

const ROWS = ['a', 'b', 'c', 'd'] as const

interface PageLoadingProps {
  /** Below a heading that is there already. */
  readonly isWithinPage?: boolean
}

/** The outline of a page that is on its way. */
export function PageLoading({ isWithinPage = false }: PageLoadingProps) {
  const { t } = useTranslation()
  return (
    <div className={styles.page} role="status" aria-label={t('loading')}>
      {!isWithinPage && <div className={styles.heading} />}
      {ROWS.map((row) => (
        <div key={row} className={styles.row} />
      ))}
    </div>
  )
}
