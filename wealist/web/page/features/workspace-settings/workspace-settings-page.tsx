import { useTranslation } from 'react-i18next'
import { Page } from '../../ui/page.tsx'
import { useWorkspace } from '../../workspace/use-workspace.ts'
import { GeneralSection } from './general-section.tsx'
import { LeaveSection } from './leave-section.tsx'
import { RemovalSection } from './removal-section.tsx'

export function WorkspaceSettingsPage() {
  const { t } = useTranslation('workspace')
  const workspace = useWorkspace()
  return (
    <Page isNarrow title={t('settings.title')}>
      <GeneralSection key={workspace.id} workspace={workspace} />
      <LeaveSection workspace={workspace} />
      {workspace.role === 'owner' && <RemovalSection workspace={workspace} />}
    </Page>
  )
}
