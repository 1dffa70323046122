import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { profileQuery } from '../../session/profile-query.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { NameSection } from './name-section.tsx'
import { PictureSection } from './picture-section.tsx'

export function ProfilePage() {
  const { t } = useTranslation('account')
  const query = useQuery(profileQuery)
  return (
    <Page title={t('profile.title')} text={t('profile.text')} isNarrow>
      <Loaded query={query}>
        {(profile) => (
          <>
            <PictureSection profile={profile} />
            <NameSection profile={profile} />
          </>
        )}
      </Loaded>
    </Page>
  )
}
