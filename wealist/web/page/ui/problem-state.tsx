import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { errorWords, requestIdOf } from './error-words.ts'
import { Icon } from './icon.tsx'
import styles from './problem-state.module.css'

interface ProblemStateProps {
  readonly error: unknown
  /** It stands for the whole page, and its heading is the page's. */
  readonly isPage?: boolean
  readonly onRetry: () => void
}

/** Where a page or a list would be: why it is not, and a button to try again. */
export function ProblemState({ error, isPage = false, onRetry }: ProblemStateProps) {
  const { t } = useTranslation()
  const Heading = isPage ? 'h1' : 'h2'
  const requestId = requestIdOf(error)
  return (
    <div className={styles.problem} role="alert">
      <Icon name="alert" sizePx={28} />
      <div>
        <Heading>{t('problemHeading')}</Heading>
        <p>{errorWords(t, error)}</p>
        {requestId !== undefined && <p className={styles.reference}>{t('requestId', { id: requestId })}</p>}
        <Button variant="default" onClick={onRetry}>
          {t('retry')}
        </Button>
      </div>
    </div>
  )
}
