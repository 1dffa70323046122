import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GrantableRole } from '../../api/contract.ts'
import { ChoiceField } from '../../ui/choice-field.tsx'
import { USUAL } from './invitation-choice.ts'

interface RoleFieldProps {
  readonly roles: readonly GrantableRole[]
}

/** Says below what the chosen role may do. */
export function RoleField({ roles }: RoleFieldProps) {
  const { t } = useTranslation('workspace')
  const [chosen, setChosen] = useState<GrantableRole>(USUAL.role)
  return (
    <ChoiceField
      name="role"
      label={t('invitations.role')}
      hint={t(`roleTexts.${chosen}`)}
      options={roles.map((role) => ({ value: role, label: t(`roles.${role}`) }))}
      initial={USUAL.role}
      onChoose={(value) => setChosen(roles.find((role) => role === value) ?? USUAL.role)}
    />
  )
}
