import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EmailVerified } from '../../api/contract.ts'
import { useFragment } from '../../session/use-fragment.ts'
import { searchOfNext } from '../../session/use-next.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { EntryFrame } from '../../ui/entry-frame.tsx'
import { VerifyEmailForm } from './verify-email-form.tsx'

/** Where the link of a sign-up's mail leads. It signs nobody in: the link may have come to somebody else. */
export function VerifyEmailPage() {
  const { t } = useTranslation('entry')
  const token = useFragment('token')
  const [verified, setVerified] = useState<EmailVerified>()
  if (verified !== undefined) {
    return (
      <EntryFrame title={t('verify.doneTitle')} text={t('verify.doneText', { email: verified.email })}>
        <ButtonLink fullWidth to="/sign-in" search={searchOfNext(verified.next ?? '/')}>
          {t('signIn.toSignIn')}
        </ButtonLink>
      </EntryFrame>
    )
  }
  if (token === undefined) {
    return (
      <EntryFrame title={t('verify.failedTitle')} text={t('verify.missing')}>
        <ButtonLink fullWidth to="/sign-in">
          {t('signIn.toSignIn')}
        </ButtonLink>
        <ButtonLink fullWidth variant="default" to="/sign-up">
          {t('signIn.toSignUp')}
        </ButtonLink>
      </EntryFrame>
    )
  }
  const footer = (
    <>
      <span>{t('verify.notYou')}</span>
      <Link to="/sign-up">{t('verify.signUpAgain')}</Link>
    </>
  )
  return (
    <EntryFrame title={t('verify.title')} text={t('verify.text')} footer={footer}>
      <VerifyEmailForm token={token} onVerified={setVerified} />
    </EntryFrame>
  )
}
