import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { EndOthersButton } from './end-others-button.tsx'
import { SessionList } from './session-list.tsx'
import { sessionsQuery } from './sessions-query.ts'

export function SessionsPage() {
  const { t } = useTranslation('account')
  const query = useQuery(sessionsQuery)
  const hasOthers = query.data?.some(({ isCurrent }) => !isCurrent) === true
  return (
    <Page
      title={t('sessions.title')}
      text={t('sessions.text')}
      actions={hasOthers ? <EndOthersButton /> : undefined}
      isNarrow
    >
      <Loaded query={query}>{(sessions) => <SessionList sessions={sessions} />}</Loaded>
    </Page>
  )
}
