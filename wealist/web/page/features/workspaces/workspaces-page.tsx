import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ButtonLink } from '../../ui/button-link.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { workspacesQuery } from '../../workspace/workspaces-query.ts'
import { WorkspaceList } from './workspace-list.tsx'

export function WorkspacesPage() {
  const { t } = useTranslation('workspace')
  const query = useQuery(workspacesQuery)
  const create = (
    <ButtonLink to="/workspaces/new" leftSection={<Icon name="plus" />}>
      {t('switcher.create')}
    </ButtonLink>
  )
  const isEmpty = query.data?.length === 0
  return (
    <Page isNarrow title={t('list.title')} actions={isEmpty ? undefined : create}>
      <Loaded query={query}>
        {(workspaces) =>
          workspaces.length > 0 ? (
            <WorkspaceList workspaces={workspaces} />
          ) : (
            <EmptyState title={t('list.empty')} text={t('list.emptyText')}>
              {create}
            </EmptyState>
          )
        }
      </Loaded>
    </Page>
  )
}
