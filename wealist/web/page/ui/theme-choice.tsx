import { useMantineColorScheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { OptionRow } from './option-row.tsx'

const SCHEMES = ['light', 'dark', 'auto'] as const
const WORDS = { light: 'light', dark: 'dark', auto: 'system' } as const

/** Kept on the device: a phone may be dark and a desk light. */
export function ThemeChoice() {
  const { t } = useTranslation()
  // Otherwise it writes a style element for the moment of the change, which the policy of the page refuses.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  return (
    <OptionRow
      label={t('theme')}
      options={SCHEMES.map((scheme) => ({ value: scheme, label: t(WORDS[scheme]) }))}
      chosen={colorScheme}
      onChoose={setColorScheme}
    />
  )
}
