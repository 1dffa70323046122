import { AppError, errorCode as codeOf } from '@portolan/errors'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ResendButton } from '../../session/resend-button.tsx'
import { useArrive } from '../../session/use-arrive.ts'
import { searchOfNext } from '../../session/use-next.ts'
import { errorWords } from '../../ui/error-words.ts'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, email, present, textOf } from '../../ui/form-rules.ts'
import { PasswordField } from '../../ui/password-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { signIn } from './sign-in.ts'

interface SignInFormProps {
  readonly next: string
  /** The code of what went wrong at a provider, from where the browser has just come back. */
  readonly errorCode?: string | undefined
}

export function SignInForm({ next, errorCode }: SignInFormProps) {
  const { t } = useTranslation('entry')
  const { t: tError } = useTranslation()
  const navigate = useNavigate()
  const arrive = useArrive()
  const [unconfirmed, setUnconfirmed] = useState<string>()
  const submit = async (values: FormData) => {
    const address = textOf(values, 'email').trim()
    setUnconfirmed(undefined)
    const answer = await signIn({ email: address, password: textOf(values, 'password') }).catch((error: unknown) => {
      if (codeOf(error) === 'AUTH_EMAIL_UNVERIFIED') setUnconfirmed(address)
      throw error
    })
    if (answer.status === 'signed-in') return arrive(next)
    const hash = `challenge=${encodeURIComponent(answer.challenge)}`
    await navigate({ to: '/sign-in/second-factor', search: searchOfNext(next), hash })
  }
  const problem = errorCode === undefined ? undefined : errorWords(tError, new AppError(errorCode, errorCode))
  return (
    <>
      <Form onSubmit={submit} check={(values) => checkForm(values, { email, password: present })}>
        <TextField name="email" type="email" label={t('signIn.email')} autoComplete="username" />
        <PasswordField name="password" label={t('signIn.password')} autoComplete="current-password" />
        <FormActions submit={t('signIn.submit')} isFullWidth problem={problem}>
          <Link to="/forgot-password">{t('signIn.forgot')}</Link>
        </FormActions>
      </Form>
      {unconfirmed !== undefined && <ResendButton email={unconfirmed} />}
    </>
  )
}
