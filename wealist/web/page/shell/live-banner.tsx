import { useTranslation } from 'react-i18next'
import styles from './live-banner.module.css'

interface LiveBannerProps {
  readonly isLost: boolean
}

/** Says that what is shown may be old; the region is always there, so that screen readers hear it change. */
export function LiveBanner({ isLost }: LiveBannerProps) {
  const { t } = useTranslation('workspace')
  return (
    <div className={styles.banner} role="status">
      {isLost && <p>{t('live.lost')}</p>}
    </div>
  )
}
