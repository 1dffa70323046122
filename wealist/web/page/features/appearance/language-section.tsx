import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Locale } from '../../api/contract.ts'
import { speak } from '../../i18n/start-i18n.ts'
import { changeProfile } from '../../session/change-profile.ts'
import { profileQuery } from '../../session/profile-query.ts'
import { errorWords } from '../../ui/error-words.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { LanguageChoice } from '../../ui/language-choice.tsx'
import { Section } from '../../ui/section.tsx'

/** The page speaks it at once; the profile follows. */
export function LanguageSection() {
  const { t } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const queryClient = useQueryClient()
  const saving = useMutation({
    mutationFn: async (locale: Locale) => {
      await speak(locale)
      return changeProfile({ locale })
    },
    onSuccess: (profile) => queryClient.setQueryData(profileQuery.queryKey, profile),
    scope: { id: 'profile-locale' }, // the last choice is also the last one to arrive
  })
  return (
    <Section title={tUi('language')} text={t('appearance.languageText')}>
      <LanguageChoice onChoose={(locale) => saving.mutate(locale)} />
      <FormProblem also={saving.error === null ? undefined : errorWords(tUi, saving.error)} />
    </Section>
  )
}
