import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../ui/empty-state.tsx'
import { errorWords } from '../../ui/error-words.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { useWorkspace } from '../../workspace/use-workspace.ts'
import { AuditList } from './audit-list.tsx'
import styles from './audit-page.module.css'
import { auditQuery } from './audit-query.ts'

export function AuditPage() {
  const { t } = useTranslation('workspace')
  const { t: tError } = useTranslation()
  const { id } = useWorkspace()
  const query = useInfiniteQuery(auditQuery(id))
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query
  const more = (
    <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
      {t('audit.more')}
    </Button>
  )
  return (
    <Page title={t('audit.title')} text={t('audit.text')}>
      <Loaded query={query}>
        {(entries) =>
          entries.length > 0 ? (
            <>
              <AuditList entries={entries} />
              <FormProblem also={isFetchNextPageError ? errorWords(tError, query.error) : undefined} />
              {hasNextPage && <div className={styles.more}>{more}</div>}
            </>
          ) : (
            <EmptyState title={t('audit.empty')} />
          )
        }
      </Loaded>
    </Page>
  )
}
