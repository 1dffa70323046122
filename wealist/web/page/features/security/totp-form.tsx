import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { TotpSetUp } from '../../api/contract.ts'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, code, codeOf, textOf } from '../../ui/form-rules.ts'
import { TextField } from '../../ui/text-field.tsx'
import { confirmTotp } from './confirm-totp.ts'
import { TotpKey } from './totp-key.tsx'

interface TotpFormProps {
  readonly setUp: TotpSetUp
  /** Once the app counts. */
  readonly onDone: (recoveryCodes: readonly string[]) => Promise<void>
  readonly onCancel: () => void
}

export function TotpForm({ setUp, onDone, onCancel }: TotpFormProps) {
  const { t } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const submit = async (values: FormData) => {
    const { recoveryCodes } = await confirmTotp(codeOf(textOf(values, 'code')))
    await onDone(recoveryCodes)
  }
  return (
    <>
      <TotpKey setUp={setUp} />
      <Form onSubmit={submit} check={(values) => checkForm(values, { code })}>
        <TextField
          name="code"
          label={t('security.code')}
          hint={t('security.sixDigits')}
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={12}
        />
        <FormActions submit={t('security.confirm')} align="end">
          <Button variant="default" onClick={onCancel}>
            {tUi('cancel')}
          </Button>
        </FormActions>
      </Form>
    </>
  )
}
