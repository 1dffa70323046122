import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Icon } from '../ui/icon.tsx'
import { isAdmin } from '../workspace/permissions.ts'
import { workspaceQuery } from '../workspace/workspace-query.ts'
import styles from './workspace-nav.module.css'

const PLACES = [
  { name: 'home', to: '/w/$workspaceId', icon: 'home', isForAdmins: false },
  { name: 'members', to: '/w/$workspaceId/members', icon: 'people', isForAdmins: false },
  { name: 'invitations', to: '/w/$workspaceId/invitations', icon: 'envelope', isForAdmins: true },
  { name: 'audit', to: '/w/$workspaceId/log', icon: 'log', isForAdmins: true },
  { name: 'settings', to: '/w/$workspaceId/settings', icon: 'gear', isForAdmins: false },
] as const

interface WorkspaceNavProps {
  readonly workspaceId: string
}

export function WorkspaceNav({ workspaceId }: WorkspaceNavProps) {
  const { t } = useTranslation('workspace')
  const { data: workspace } = useQuery(workspaceQuery(workspaceId))
  const isAdminHere = workspace !== undefined && isAdmin(workspace.role)
  return (
    <nav className={styles.nav} aria-label={t('nav.label')}>
      <ul>
        {PLACES.filter(({ isForAdmins }) => isAdminHere || !isForAdmins).map(({ name, to, icon }) => (
          <li key={name}>
            <Link to={to} params={{ workspaceId }} activeOptions={{ exact: name === 'home' }} className={styles.place}>
              <Icon name={icon} />
              <span>{t(`nav.${name}`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
