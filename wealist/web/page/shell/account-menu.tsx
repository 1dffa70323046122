import { Menu, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { meQuery } from '../session/me-query.ts'
import { profileQuery } from '../session/profile-query.ts'
import { Icon } from '../ui/icon.tsx'
import { MenuLink } from '../ui/menu-link.tsx'
import { PersonAvatar } from '../ui/person-avatar.tsx'
import styles from './account-menu.module.css'
import { useSignOut } from './use-sign-out.ts'

export function AccountMenu() {
  const { t } = useTranslation('workspace')
  const { data: profile } = useQuery(profileQuery)
  const { data: me } = useQuery(meQuery)
  const signOut = useSignOut()
  const name = profile?.name ?? ''
  return (
    <Menu withinPortal={false} width={280}>
      <Menu.Target>
        <UnstyledButton className={styles.button ?? ''} aria-label={t('account.label', { name })}>
          <PersonAvatar name={name} avatarUrl={profile?.avatarUrl ?? null} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.person}>
          <p className={styles.name}>{name}</p>
          <p className={styles.email}>{me?.email}</p>
        </div>
        <Menu.Divider />
        <MenuLink data-autofocus to="/settings/profile" leftSection={<Icon name="person" />}>
          {t('account.settings')}
        </MenuLink>
        <Menu.Item leftSection={<Icon name="signOut" />} onClick={signOut}>
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
