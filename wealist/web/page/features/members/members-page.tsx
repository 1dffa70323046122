import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ButtonLink } from '../../ui/button-link.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { membersQuery } from '../../workspace/members-query.ts'
import { isAdmin } from '../../workspace/permissions.ts'
import { useWorkspace } from '../../workspace/use-workspace.ts'
import { MemberList } from './member-list.tsx'

export function MembersPage() {
  const { t } = useTranslation('workspace')
  const workspace = useWorkspace()
  const { id, role, memberCount } = workspace
  const query = useQuery(membersQuery(id))
  const invite = isAdmin(role) && (
    <ButtonLink to="/w/$workspaceId/invitations" params={{ workspaceId: id }} leftSection={<Icon name="plus" />}>
      {t('home.invite')}
    </ButtonLink>
  )
  return (
    <Page title={t('members.title')} text={t('members.count', { count: memberCount })} actions={invite || undefined}>
      <Loaded query={query}>{(members) => <MemberList workspace={workspace} members={members} />}</Loaded>
    </Page>
  )
}
