import { Menu, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../ui/icon.tsx'
import { actionWords } from './action-words.ts'
import type { MemberAction } from './member-action.ts'
import styles from './member-menu.module.css'

interface MemberMenuProps {
  readonly name: string
  readonly actions: readonly MemberAction[]
  readonly onChoose: (action: MemberAction) => void
}

export function MemberMenu({ name, actions, onChoose }: MemberMenuProps) {
  const { t } = useTranslation('workspace')
  return (
    <Menu>
      <Menu.Target>
        <UnstyledButton className={styles.button ?? ''} aria-label={t('members.actions', { name })}>
          <Icon name="more" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map((action, index) => {
          const words = actionWords(t, action)
          const isGrave = action.type === 'remove' || action.type === 'leave'
          return (
            <Menu.Item
              key={words}
              data-autofocus={index === 0 || undefined}
              data-danger={isGrave || undefined}
              onClick={() => onChoose(action)}
            >
              {words}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
