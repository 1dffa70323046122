import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../ui/icon.tsx'
import styles from './member-search-field.module.css'

interface MemberSearchFieldProps {
  readonly text: string
  readonly onSearch: (text: string) => void
}

export function MemberSearchField({ text, onSearch }: MemberSearchFieldProps) {
  const { t } = useTranslation('workspace')
  return (
    <TextInput
      type="search"
      className={styles.search ?? ''}
      aria-label={t('members.search')}
      placeholder={t('members.search')}
      leftSection={<Icon name="search" sizePx={18} />}
      value={text}
      onChange={(event) => onSearch(event.currentTarget.value)}
    />
  )
}
