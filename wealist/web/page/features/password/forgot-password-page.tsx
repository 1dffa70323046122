import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MailDelivery } from '../../api/contract.ts'
import { DeliveryHint } from '../../ui/delivery-hint.tsx'
import { EntryFrame } from '../../ui/entry-frame.tsx'
import { ForgotForm } from './forgot-form.tsx'

export function ForgotPasswordPage() {
  const { t } = useTranslation('entry')
  const [sentTo, setSentTo] = useState<{ readonly email: string; readonly delivery: MailDelivery }>()
  const footer = <Link to="/sign-in">{t('signIn.backToSignIn')}</Link>
  if (sentTo !== undefined) {
    return (
      <EntryFrame title={t('forgot.sentTitle')} text={t('forgot.sentText', { email: sentTo.email })} footer={footer}>
        <DeliveryHint delivery={sentTo.delivery} />
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={t('forgot.title')} text={t('forgot.text')} footer={footer}>
      <ForgotForm onSent={setSentTo} />
    </EntryFrame>
  )
}
