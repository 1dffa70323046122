import { useSuspenseQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { profileQuery } from '../../session/profile-query.ts'
import { Page } from '../../ui/page.tsx'
import { useWorkspace } from '../../workspace/use-workspace.ts'
import { Crew } from './crew.tsx'
import styles from './home-page.module.css'
import { TaskList } from './task-list.tsx'
import { WorkspaceFacts } from './workspace-facts.tsx'

export function HomePage() {
  const { t } = useTranslation('workspace')
  const workspace = useWorkspace()
  const { data: profile } = useSuspenseQuery(profileQuery)
  return (
    <Page title={t('home.greeting', { name: profile.name })}>
      <WorkspaceFacts workspace={workspace} />
      <div className={styles.columns}>
        <Crew workspace={workspace} />
        <TaskList workspace={workspace} />
      </div>
    </Page>
  )
}
