import { useTranslation } from 'react-i18next'
import type { Me } from '../../api/contract.ts'
import { Section } from '../../ui/section.tsx'
import { PasswordForm } from './password-form.tsx'
import { SetPasswordButton } from './set-password-button.tsx'

interface PasswordSectionProps {
  readonly me: Me
}

export function PasswordSection({ me: { email, hasPassword } }: PasswordSectionProps) {
  const { t } = useTranslation('account')
  return (
    <Section title={t('security.password')} text={t(hasPassword ? 'security.passwordText' : 'security.noPassword')}>
      {hasPassword ? <PasswordForm email={email} /> : <SetPasswordButton email={email} />}
    </Section>
  )
}
