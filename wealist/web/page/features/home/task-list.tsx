import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../api/contract.ts'
import { meQuery } from '../../session/me-query.ts'
import { profileQuery } from '../../session/profile-query.ts'
import { Icon } from '../../ui/icon.tsx'
import { Section } from '../../ui/section.tsx'
import styles from './task-list.module.css'
import { tasksOf } from './tasks.ts'

interface TaskListProps {
  readonly workspace: Workspace
}

export function TaskList({ workspace: { id: workspaceId, role } }: TaskListProps) {
  const { t } = useTranslation('workspace')
  const { data: me } = useSuspenseQuery(meQuery)
  const { data: profile } = useSuspenseQuery(profileQuery)
  const tasks = tasksOf({ role, hasAvatar: profile.avatarUrl !== null, hasTotp: me.hasTotp })
  return (
    <Section title={t('home.tasks')}>
      <ul className={styles.tasks}>
        {tasks.map(({ name, to, icon }) => (
          <li key={name}>
            <Link to={to} params={{ workspaceId }} className={styles.task}>
              <Icon name={icon} />
              <span>{t(`home.${name}`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  )
}
