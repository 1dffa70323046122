import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { meQuery } from '../../session/me-query.ts'
import { CodeField } from '../../ui/code-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, code, codeOf, textOf } from '../../ui/form-rules.ts'
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx'
import { renewRecoveryCodes } from './renew-recovery-codes.ts'

interface RenewCodesDialogProps {
  readonly onClose: () => void
}

export function RenewCodesDialog({ onClose }: RenewCodesDialogProps) {
  const { t } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const queryClient = useQueryClient()
  const [codes, setCodes] = useState<readonly string[]>()
  const submit = async (values: FormData) => {
    const { recoveryCodes } = await renewRecoveryCodes(codeOf(textOf(values, 'code')))
    setCodes(recoveryCodes)
    await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
  }
  if (codes !== undefined) return <RecoveryCodesDialog codes={codes} onClose={onClose} />
  return (
    <Dialog title={t('security.codesRenew')} text={t('security.codesRenewText')} onClose={onClose}>
      <Form onSubmit={submit} check={(values) => checkForm(values, { code })}>
        <CodeField isFirst />
        <FormActions submit={t('security.codesRenew')} align="end">
          <Button variant="default" onClick={onClose}>
            {tUi('cancel')}
          </Button>
        </FormActions>
      </Form>
    </Dialog>
  )
}
