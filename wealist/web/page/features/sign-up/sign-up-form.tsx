import { useTranslation } from 'react-i18next'
import type { MailDelivery } from '../../api/contract.ts'
import { isLocale } from '../../i18n/locale.ts'
import { nextWithToken } from '../../session/pending-invitation.ts'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, email, newPassword, present, textOf } from '../../ui/form-rules.ts'
import { PasswordField } from '../../ui/password-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { signUp } from './sign-up.ts'

interface SignUpFormProps {
  readonly next: string
  readonly onSent: (sent: { readonly email: string; readonly delivery: MailDelivery }) => void
}

export function SignUpForm({ next, onSent }: SignUpFormProps) {
  const { t, i18n } = useTranslation('entry')
  const submit = async (values: FormData) => {
    const address = textOf(values, 'email').trim()
    const delivery = await signUp({
      name: textOf(values, 'name').trim(),
      email: address,
      password: textOf(values, 'password'),
      locale: isLocale(i18n.language) ? i18n.language : 'en',
      next: nextWithToken(next),
    })
    onSent({ email: address, delivery })
  }
  const check = (values: FormData) => checkForm(values, { name: present, email, password: newPassword })
  return (
    <Form onSubmit={submit} check={check}>
      <TextField
        name="name"
        label={t('signUp.name')}
        hint={t('signUp.nameHint')}
        placeholder={t('signUp.namePlaceholder')}
        autoComplete="name"
        maxLength={80}
      />
      <TextField name="email" type="email" label={t('signIn.email')} autoComplete="username" maxLength={254} />
      <PasswordField
        name="password"
        label={t('signIn.password')}
        hint={t('signUp.passwordHint')}
        autoComplete="new-password"
      />
      <FormActions submit={t('signUp.submit')} isFullWidth />
    </Form>
  )
}
