import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { MailDelivery } from '../../api/contract.ts'
import { ResendButton } from '../../session/resend-button.tsx'
import { DeliveryHint } from '../../ui/delivery-hint.tsx'
import { EntryFrame } from '../../ui/entry-frame.tsx'

interface SignUpSentProps {
  readonly email: string
  readonly delivery: MailDelivery
  readonly onOtherAddress: () => void
}

/** The mail is on its way; the rest happens in it. */
export function SignUpSent({ email, delivery, onOtherAddress }: SignUpSentProps) {
  const { t } = useTranslation('entry')
  return (
    <EntryFrame title={t('signUp.sentTitle')} text={t('signUp.sentText', { email })} footer={t('signUp.sentHint')}>
      <DeliveryHint delivery={delivery} />
      <ResendButton email={email} />
      <Button variant="quiet" fullWidth onClick={onOtherAddress}>
        {t('signUp.otherAddress')}
      </Button>
    </EntryFrame>
  )
}
