import { useTranslation } from 'react-i18next'
import type { Profile } from '../../api/contract.ts'
import { formatMegabytes } from '../../i18n/formats.ts'
import { errorWords } from '../../ui/error-words.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { PersonAvatar } from '../../ui/person-avatar.tsx'
import { Section } from '../../ui/section.tsx'
import { PictureButtons } from './picture-buttons.tsx'
import { PICTURE_LIMIT_BYTES } from './picture-file.ts'
import styles from './picture-section.module.css'
import { useChangePicture } from './use-change-picture.ts'

interface PictureSectionProps {
  readonly profile: Profile
}

export function PictureSection({ profile: { name, avatarUrl } }: PictureSectionProps) {
  const { t, i18n } = useTranslation('account')
  const { t: tError } = useTranslation()
  const changing = useChangePicture()
  const hint = t('profile.pictureHint', { size: formatMegabytes(i18n.language, PICTURE_LIMIT_BYTES) })
  return (
    <Section title={t('profile.picture')} text={hint}>
      <div className={styles.line} data-wide>
        <PersonAvatar name={name} avatarUrl={avatarUrl} size="large" />
        <PictureButtons changing={changing} canRemove={avatarUrl !== null} />
      </div>
      <FormProblem also={changing.error === null ? undefined : errorWords(tError, changing.error)} />
    </Section>
  )
}
