import { Menu, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Flag } from '../ui/flag.tsx'
import { Icon } from '../ui/icon.tsx'
import { MenuLink } from '../ui/menu-link.tsx'
import { workspaceQuery } from '../workspace/workspace-query.ts'
import { WorkspaceChoices } from './workspace-choices.tsx'
import styles from './workspace-switcher.module.css'

interface WorkspaceSwitcherProps {
  readonly workspaceId: string
}

export function WorkspaceSwitcher({ workspaceId }: WorkspaceSwitcherProps) {
  const { t } = useTranslation('workspace')
  const { data: workspace } = useQuery(workspaceQuery(workspaceId))
  const name = workspace?.name ?? ''
  return (
    <Menu withinPortal={false} position="bottom-start" width={280}>
      <Menu.Target>
        <UnstyledButton className={styles.button ?? ''} aria-label={t('switcher.label', { name })}>
          <Flag id={workspaceId} />
          <span className={styles.name}>{name}</span>
          <Icon name="chevrons" sizePx={18} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('switcher.heading')}</Menu.Label>
        <WorkspaceChoices workspaceId={workspaceId} />
        <Menu.Divider />
        <MenuLink to="/workspaces/new" leftSection={<Icon name="plus" />}>
          {t('switcher.create')}
        </MenuLink>
        <MenuLink to="/workspaces" leftSection={<Icon name="globe" />}>
          {t('switcher.all')}
        </MenuLink>
      </Menu.Dropdown>
    </Menu>
  )
}
