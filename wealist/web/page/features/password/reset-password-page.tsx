import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { setSessionHint } from '../../session/session-hint.ts'
import { useFragment } from '../../session/use-fragment.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { EntryFrame } from '../../ui/entry-frame.tsx'
import { ResetForm } from './reset-form.tsx'

/** Where the link of a mail leads. */
export function ResetPasswordPage() {
  const { t } = useTranslation('entry')
  const queryClient = useQueryClient()
  const token = useFragment('token')
  const [isDone, setDone] = useState(false)
  const finish = () => {
    setSessionHint(false) // every session has ended, also one in this browser
    queryClient.clear()
    setDone(true)
  }
  if (isDone) {
    return (
      <EntryFrame title={t('reset.doneTitle')} text={t('reset.doneText')}>
        <ButtonLink fullWidth to="/sign-in">
          {t('signIn.toSignIn')}
        </ButtonLink>
      </EntryFrame>
    )
  }
  if (token === undefined) {
    return (
      <EntryFrame title={t('reset.title')} text={t('verify.missing')}>
        <ButtonLink fullWidth to="/forgot-password">
          {t('reset.askAgain')}
        </ButtonLink>
      </EntryFrame>
    )
  }
  const footer = <Link to="/forgot-password">{t('reset.askAgain')}</Link>
  return (
    <EntryFrame title={t('reset.title')} text={t('reset.text')} footer={footer}>
      <ResetForm token={token} onDone={finish} />
    </EntryFrame>
  )
}
