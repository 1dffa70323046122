import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { invitationsQuery } from '../../workspace/invitations-query.ts'
import { useWorkspace } from '../../workspace/use-workspace.ts'
import { InvitationDialog } from './invitation-dialog.tsx'
import { InvitationList } from './invitation-list.tsx'

export function InvitationsPage() {
  const { t } = useTranslation('workspace')
  const workspace = useWorkspace()
  const query = useQuery(invitationsQuery(workspace.id))
  const [isInviting, setInviting] = useState(false)
  const create = (
    <Button leftSection={<Icon name="plus" />} onClick={() => setInviting(true)}>
      {t('invitations.create')}
    </Button>
  )
  const isEmpty = query.data?.length === 0
  return (
    <Page title={t('invitations.title')} actions={isEmpty ? undefined : create}>
      <Loaded query={query}>
        {(invitations) =>
          invitations.length > 0 ? (
            <InvitationList workspaceId={workspace.id} invitations={invitations} />
          ) : (
            <EmptyState title={t('invitations.emptyTitle')} text={t('invitations.emptyText')}>
              {create}
            </EmptyState>
          )
        }
      </Loaded>
      {isInviting && <InvitationDialog workspace={workspace} onClose={() => setInviting(false)} />}
    </Page>
  )
}
