import { useTranslation } from 'react-i18next'
import type { EmailVerified } from '../../api/contract.ts'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, present, textOf } from '../../ui/form-rules.ts'
import { PasswordField } from '../../ui/password-field.tsx'
import { verifyEmail } from './verify-email.ts'

interface VerifyEmailFormProps {
  readonly token: string
  readonly onVerified: (verified: EmailVerified) => void
}

/** Asks for the password of the sign-up: a link alone could have been asked for by anybody. */
export function VerifyEmailForm({ token, onVerified }: VerifyEmailFormProps) {
  const { t } = useTranslation('entry')
  const submit = async (values: FormData) => {
    onVerified(await verifyEmail({ token, password: textOf(values, 'password') }))
  }
  return (
    <Form onSubmit={submit} check={(values) => checkForm(values, { password: present })}>
      <PasswordField
        name="password"
        label={t('signIn.password')}
        hint={t('verify.passwordHint')}
        autoComplete="current-password"
      />
      <FormActions submit={t('verify.submit')} isFullWidth />
    </Form>
  )
}
