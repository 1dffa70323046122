import { useQuery } from '@tanstack/react-query'
import { Flag } from '../ui/flag.tsx'
import { Icon } from '../ui/icon.tsx'
import { MenuLink } from '../ui/menu-link.tsx'
import { workspacesQuery } from '../workspace/workspaces-query.ts'
import styles from './workspace-choices.module.css'

interface WorkspaceChoicesProps {
  /** The one that the page shows. */
  readonly workspaceId: string
}

/** The workspaces to switch to, within a menu. */
export function WorkspaceChoices({ workspaceId }: WorkspaceChoicesProps) {
  const { data: workspaces = [] } = useQuery(workspacesQuery)
  return (
    <div className={styles.choices}>
      {workspaces.map(({ id, name }) => (
        <MenuLink
          key={id}
          data-autofocus={id === workspaceId || undefined}
          to="/w/$workspaceId"
          params={{ workspaceId: id }}
          leftSection={<Flag id={id} sizePx={22} />}
          rightSection={id === workspaceId ? <Icon name="check" sizePx={18} /> : undefined}
        >
          {name}
        </MenuLink>
      ))}
    </div>
  )
}
