import { useTranslation } from 'react-i18next'
import type { Locale } from '../api/contract.ts'
import { isLocale, LOCALE_NAMES, LOCALES } from '../i18n/locale.ts'
import { OptionRow } from './option-row.tsx'

interface LanguageChoiceProps {
  readonly onChoose: (locale: Locale) => void
}

export function LanguageChoice({ onChoose }: LanguageChoiceProps) {
  const { t, i18n } = useTranslation()
  return (
    <OptionRow
      label={t('language')}
      options={LOCALES.map((locale) => ({ value: locale, label: LOCALE_NAMES[locale], lang: locale }))}
      chosen={isLocale(i18n.language) ? i18n.language : 'en'}
      onChoose={onChoose}
    />
  )
}
