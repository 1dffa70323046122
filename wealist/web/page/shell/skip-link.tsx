import { useTranslation } from 'react-i18next'
import { CONTENT_ID } from '../ui/content-id.ts'
import styles from './skip-link.module.css'

/** For the keyboard: past the navigation, which is the same on every page. */
export function SkipLink() {
  const { t } = useTranslation()
  return (
    <a className={styles.link} href={`#${CONTENT_ID}`} onClick={focusContent}>
      {t('skipToContent')}
    </a>
  )
}

/** Without leaving a fragment in the address, which the router would take for a place. */
function focusContent(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById(CONTENT_ID)?.focus()
}
