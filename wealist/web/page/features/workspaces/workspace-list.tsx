import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../api/contract.ts'
import { Flag } from '../../ui/flag.tsx'
import rows from '../../ui/rows.module.css'
import { RoleMark } from '../../workspace/role-mark.tsx'
import styles from './workspace-list.module.css'

interface WorkspaceListProps {
  readonly workspaces: readonly Workspace[]
}

export function WorkspaceList({ workspaces }: WorkspaceListProps) {
  const { t } = useTranslation('workspace')
  return (
    <ul className={rows.rows}>
      {workspaces.map(({ id, name, role, memberCount }) => (
        <li key={id} className={`${rows.row} ${styles.row}`}>
          <Flag id={id} sizePx={40} />
          <div>
            <Link to="/w/$workspaceId" params={{ workspaceId: id }} className={styles.link}>
              {name}
            </Link>
            <p className={rows.facts}>
              <span>{t('list.membersIn', { count: memberCount })}</span>
            </p>
          </div>
          <RoleMark role={role} />
        </li>
      ))}
    </ul>
  )
}
