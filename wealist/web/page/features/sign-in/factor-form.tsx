import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useArrive } from '../../session/use-arrive.ts'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, code, codeOf, textOf } from '../../ui/form-rules.ts'
import { TextField } from '../../ui/text-field.tsx'
import { answerSecondFactor } from './answer-second-factor.ts'

interface FactorFormProps {
  readonly challenge: string
  readonly next: string
}

/** The second half of a sign-in: the code of the app, or a recovery code. */
export function FactorForm({ challenge, next }: FactorFormProps) {
  const { t } = useTranslation('entry')
  const arrive = useArrive()
  const [isRecovery, setRecovery] = useState(false)
  const submit = async (values: FormData) => {
    await answerSecondFactor({ challenge, code: codeOf(textOf(values, 'code')) })
    arrive(next)
  }
  return (
    <Form key={String(isRecovery)} onSubmit={submit} check={(values) => checkForm(values, { code })}>
      <TextField
        name="code"
        label={t(isRecovery ? 'factor.recoveryCode' : 'factor.code')}
        hint={t(isRecovery ? 'factor.recoveryText' : 'factor.text')}
        autoComplete="one-time-code"
        inputMode={isRecovery ? 'text' : 'numeric'}
        maxLength={40}
      />
      <FormActions submit={t('factor.submit')} isFullWidth>
        <Button variant="quiet" fullWidth onClick={() => setRecovery(!isRecovery)}>
          {t(isRecovery ? 'factor.useApp' : 'factor.useRecovery')}
        </Button>
      </FormActions>
    </Form>
  )
}
