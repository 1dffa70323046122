import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { CreatedAccessToken } from '../../api/contract.ts'
import { ChoiceField } from '../../ui/choice-field.tsx'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, present, textOf } from '../../ui/form-rules.ts'
import { TextField } from '../../ui/text-field.tsx'
import { createToken } from './create-token.ts'
import { ScopeField } from './scope-field.tsx'
import { isScope } from './token-scope.ts'

interface TokenFormProps {
  readonly onCreated: (token: CreatedAccessToken) => void
  readonly onCancel: () => void
}

const DAYS = [7, 30, 90, 365] as const
const FOREVER = 'forever'

export function TokenForm({ onCreated, onCancel }: TokenFormProps) {
  const { t } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const submit = async (values: FormData) => {
    const scope = textOf(values, 'scope')
    const days = textOf(values, 'expiresInDays')
    const token = await createToken({
      name: textOf(values, 'name').trim(),
      scopes: isScope(scope) ? [scope] : ['read'],
      ...(days === FOREVER ? {} : { expiresInDays: Number(days) }),
    })
    onCreated(token)
  }
  const spans = DAYS.map((days) => ({ value: String(days), label: t('tokens.days', { count: days }) }))
  return (
    <Form onSubmit={submit} check={(values) => checkForm(values, { name: present })}>
      <TextField
        name="name"
        label={t('tokens.name')}
        hint={t('tokens.nameHint')}
        placeholder={t('tokens.namePlaceholder')}
        autoComplete="off"
        maxLength={80}
        isFirst
      />
      <ScopeField />
      <ChoiceField
        name="expiresInDays"
        label={t('tokens.expires')}
        options={[...spans, { value: FOREVER, label: t('tokens.forever') }]}
        initial="90"
      />
      <FormActions submit={t('tokens.submit')} align="end">
        <Button variant="default" onClick={onCancel}>
          {tUi('cancel')}
        </Button>
      </FormActions>
    </Form>
  )
}
