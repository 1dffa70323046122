import { useTranslation } from 'react-i18next'
import type { Me } from '../../api/contract.ts'
import { CodeField } from '../../ui/code-field.tsx'
import { PasswordField } from '../../ui/password-field.tsx'
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
      return <CodeField />
    default:
      return null
  }
}
