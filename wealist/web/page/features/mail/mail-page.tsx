import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import styles from '../../ui/rows.module.css'
import { MailFailureRow } from './mail-failure-row.tsx'
import { mailFailuresQuery } from './mail-failures-query.ts'

export function MailPage() {
  const { t } = useTranslation('account')
  const query = useQuery(mailFailuresQuery)
  return (
    <Page title={t('mail.title')} text={t('mail.text')} isNarrow>
      <Loaded query={query}>
        {(failures) =>
          failures.length === 0 ? (
            <EmptyState title={t('mail.emptyTitle')} text={t('mail.emptyText')} />
          ) : (
            <ul className={styles.rows} aria-label={t('mail.title')}>
              {failures.map((failure) => (
                <MailFailureRow key={failure.id} failure={failure} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
