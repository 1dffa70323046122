import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { meQuery } from '../../session/me-query.ts'
import { CodeField } from '../../ui/code-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, code, codeOf, present, textOf } from '../../ui/form-rules.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { PasswordField } from '../../ui/password-field.tsx'
import { disableTotp } from './disable-totp.ts'

interface TurnOffDialogProps {
  readonly hasPassword: boolean
  readonly onClose: () => void
}

export function TurnOffDialog({ hasPassword, onClose }: TurnOffDialogProps) {
  const { t } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const queryClient = useQueryClient()
  const submit = async (values: FormData) => {
    const password = hasPassword ? { password: textOf(values, 'password') } : {}
    await disableTotp({ ...password, code: codeOf(textOf(values, 'code')) })
    await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
    onClose()
    noticeBoard.show({ kind: 'done', text: t('security.turnedOff') })
  }
  const check = (values: FormData) => checkForm(values, { ...(hasPassword ? { password: present } : {}), code })
  return (
    <Dialog title={t('security.turnOffTitle')} text={t('security.turnOffText')} onClose={onClose}>
      <Form onSubmit={submit} check={check}>
        {hasPassword && (
          <PasswordField name="password" label={t('security.current')} autoComplete="current-password" isFirst />
        )}
        <CodeField isFirst={!hasPassword} />
        <FormActions submit={t('security.turnOff')} isAlarming align="end">
          <Button variant="default" onClick={onClose}>
            {tUi('cancel')}
          </Button>
        </FormActions>
      </Form>
    </Dialog>
  )
}
