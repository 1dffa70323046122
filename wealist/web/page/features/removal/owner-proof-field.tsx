import { useTranslation } from 'react-i18next'
import type { Me } from '../../api/contract.ts'
import { PasswordField } from '../../ui/password-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { factorOf } from './owner-proof.ts'

interface OwnerProofFieldProps {
  readonly me: Me
}

export function OwnerProofField({ me }: OwnerProofFieldProps) {
  const { t } = useTranslation('account')
  switch (factorOf(me)) {
    case 'password':
      return <PasswordField name="password" label={t('removal.password')} autoComplete="current-password" />
    case 'code':
      return (
        <TextField
          name="code"
          label={t('security.code')}
          hint={t('security.codeHint')}
          autoComplete="one-time-code"
          maxLength={40}
        />
      )
    default:
      return null
  }
}
