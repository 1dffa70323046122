import { useTranslation } from 'react-i18next'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, newPassword, textOf } from '../../ui/form-rules.ts'
import { PasswordField } from '../../ui/password-field.tsx'
import { resetPassword } from './reset-password.ts'

interface ResetFormProps {
  readonly token: string
  readonly onDone: () => void
}

export function ResetForm({ token, onDone }: ResetFormProps) {
  const { t } = useTranslation('entry')
  const submit = async (values: FormData) => {
    await resetPassword({ token, password: textOf(values, 'password') })
    onDone()
  }
  return (
    <Form onSubmit={submit} check={(values) => checkForm(values, { password: newPassword })}>
      <PasswordField
        name="password"
        label={t('reset.password')}
        hint={t('signUp.passwordHint')}
        autoComplete="new-password"
      />
      <FormActions submit={t('reset.submit')} isFullWidth />
    </Form>
  )
}
