import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import styles from '../../ui/form.module.css'
import { Icon } from '../../ui/icon.tsx'
import own from './owned-workspaces.module.css'
import type { OwnedWorkspace } from './owned-workspaces-of.ts'

interface OwnedWorkspacesProps {
  readonly workspaces: readonly OwnedWorkspace[]
}

/** What is in the way; each leads to where it is handed over. */
export function OwnedWorkspaces({ workspaces }: OwnedWorkspacesProps) {
  const { t } = useTranslation('account')
  return (
    <div className={styles.problem} role="alert">
      <Icon name="alert" />
      <div className={own.owned}>
        <p>{t('removal.owned')}</p>
        <ul>
          {workspaces.map(({ id, name }) => (
            <li key={id}>
              <Link to="/w/$workspaceId/settings" params={{ workspaceId: id }}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
