import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, newPassword, present, textOf } from '../../ui/form-rules.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { PasswordField } from '../../ui/password-field.tsx'
import { changePassword } from './change-password.ts'

interface PasswordFormProps {
  readonly email: string
}

export function PasswordForm({ email }: PasswordFormProps) {
  const { t } = useTranslation('account')
  const queryClient = useQueryClient()
  const [doneCount, setDoneCount] = useState(0)
  const submit = async (values: FormData) => {
    await changePassword({ current: textOf(values, 'current'), next: textOf(values, 'next') })
    setDoneCount((count) => count + 1)
    await queryClient.invalidateQueries({ queryKey: ['sessions'] })
    noticeBoard.show({ kind: 'done', text: t('security.changed') })
  }
  const check = (values: FormData) => checkForm(values, { current: present, next: newPassword })
  // Another key empties the fields.
  return (
    <Form key={doneCount} onSubmit={submit} check={check}>
      {/* So that password managers know whose password it is. */}
      <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
      <PasswordField name="current" label={t('security.current')} autoComplete="current-password" />
      <PasswordField name="next" label={t('security.next')} hint={t('security.nextHint')} autoComplete="new-password" />
      <FormActions submit={t('security.change')} />
    </Form>
  )
}
