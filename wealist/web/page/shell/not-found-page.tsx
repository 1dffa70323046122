import { useTranslation } from 'react-i18next'
import { ButtonLink } from '../ui/button-link.tsx'
import { errorWords } from '../ui/error-words.ts'
import { Page } from '../ui/page.tsx'
import { BareFrame } from './bare-frame.tsx'

interface NotFoundPageProps {
  /** What was said of the address, if it was asked for. */
  readonly error?: unknown
}

export function NotFoundPage({ error }: NotFoundPageProps) {
  const { t } = useTranslation()
  return (
    <BareFrame>
      <Page isNarrow title={t('notFoundHeading')} text={error === undefined ? t('notFoundText') : errorWords(t, error)}>
        <div>
          <ButtonLink to="/">{t('toStart')}</ButtonLink>
        </div>
      </Page>
    </BareFrame>
  )
}
