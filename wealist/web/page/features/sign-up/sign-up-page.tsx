import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MailDelivery } from '../../api/contract.ts'
import { ProviderButtons } from '../../session/provider-buttons.tsx'
import { useNext } from '../../session/use-next.ts'
import { EntryFrame } from '../../ui/entry-frame.tsx'
import { SignUpForm } from './sign-up-form.tsx'
import { SignUpSent } from './sign-up-sent.tsx'

export function SignUpPage() {
  const { t } = useTranslation('entry')
  const { next, search } = useNext()
  const [sentTo, setSentTo] = useState<{ readonly email: string; readonly delivery: MailDelivery }>()
  if (sentTo !== undefined) return <SignUpSent {...sentTo} onOtherAddress={() => setSentTo(undefined)} />
  const footer = (
    <>
      <span>{t('signUp.haveAccount')}</span>
      <Link to="/sign-in" search={search}>
        {t('signIn.toSignIn')}
      </Link>
    </>
  )
  return (
    <EntryFrame title={t('signUp.title')} footer={footer}>
      <SignUpForm next={next} onSent={setSentTo} />
      <ProviderButtons next={next} />
    </EntryFrame>
  )
}
