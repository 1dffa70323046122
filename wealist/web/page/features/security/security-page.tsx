import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { meQuery } from '../../session/me-query.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Mark } from '../../ui/mark.tsx'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { PasswordSection } from './password-section.tsx'
import { TotpSection } from './totp-section.tsx'

export function SecurityPage() {
  const { t } = useTranslation('account')
  const query = useQuery(meQuery)
  return (
    <Page title={t('security.title')} isNarrow>
      <Loaded query={query}>
        {(me) => (
          <>
            <Section
              title={t('security.email')}
              text={t('security.emailText')}
              mark={me.emailVerified && <Mark tone="sea">{t('security.verified')}</Mark>}
            >
              <p translate="no">{me.email}</p>
            </Section>
            <PasswordSection me={me} />
            <TotpSection me={me} />
          </>
        )}
      </Loaded>
    </Page>
  )
}
