import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useFragment } from '../../session/use-fragment.ts'
import { searchOfNext } from '../../session/use-next.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { EntryFrame } from '../../ui/entry-frame.tsx'
import { EntryWaiting } from '../../ui/entry-waiting.tsx'
import { errorWords } from '../../ui/error-words.ts'
import { verificationQuery } from './verification-query.ts'

/** Where the link of a sign-up's mail leads. It signs nobody in: the link may have come to somebody else. */
export function VerifyEmailPage() {
  const { t } = useTranslation('entry')
  const { t: tError } = useTranslation()
  const token = useFragment('token')
  const { data, error } = useQuery({ ...verificationQuery(token ?? ''), enabled: token !== undefined })
  if (data !== undefined) {
    return (
      <EntryFrame title={t('verify.doneTitle')} text={t('verify.doneText', { email: data.email })}>
        <ButtonLink fullWidth to="/sign-in" search={searchOfNext(data.next ?? '/')}>
          {t('signIn.toSignIn')}
        </ButtonLink>
      </EntryFrame>
    )
  }
  if (token !== undefined && error === null) {
    return (
      <EntryFrame title={t('verify.title')}>
        <EntryWaiting text={t('verify.working')} />
      </EntryFrame>
    )
  }
  const reason = token === undefined ? t('verify.missing') : errorWords(tError, error)
  return (
    <EntryFrame title={t('verify.failedTitle')} text={reason}>
      <ButtonLink fullWidth to="/sign-in">
        {t('signIn.toSignIn')}
      </ButtonLink>
      <ButtonLink fullWidth variant="default" to="/sign-up">
        {t('signIn.toSignUp')}
      </ButtonLink>
    </EntryFrame>
  )
}
