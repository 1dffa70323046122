import { useTranslation } from 'react-i18next'
import type { MailDelivery } from '../../api/contract.ts'
import { requestPasswordReset } from '../../session/request-password-reset.ts'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, email, textOf } from '../../ui/form-rules.ts'
import { TextField } from '../../ui/text-field.tsx'

interface ForgotFormProps {
  readonly onSent: (sent: { readonly email: string; readonly delivery: MailDelivery }) => void
}

export function ForgotForm({ onSent }: ForgotFormProps) {
  const { t } = useTranslation('entry')
  const submit = async (values: FormData) => {
    const address = textOf(values, 'email').trim()
    const delivery = await requestPasswordReset(address)
    onSent({ email: address, delivery })
  }
  return (
    <Form onSubmit={submit} check={(values) => checkForm(values, { email })}>
      <TextField name="email" type="email" label={t('signIn.email')} autoComplete="username" />
      <FormActions submit={t('forgot.submit')} isFullWidth />
    </Form>
  )
}
