import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { profileQuery } from '../../session/profile-query.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { ThemeChoice } from '../../ui/theme-choice.tsx'
import { LanguageSection } from './language-section.tsx'
import { TimeZoneSection } from './time-zone-section.tsx'

export function AppearancePage() {
  const { t } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const query = useQuery(profileQuery)
  return (
    <Page title={t('appearance.title')} isNarrow>
      <Loaded query={query}>
        {(profile) => (
          <>
            <LanguageSection />
            <Section title={tUi('theme')} text={t('appearance.themeText')}>
              <ThemeChoice />
            </Section>
            <TimeZoneSection profile={profile} />
          </>
        )}
      </Loaded>
    </Page>
  )
}
