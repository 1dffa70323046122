import { useTranslation } from 'react-i18next'
import type { Role } from '../api/contract.ts'
import { Mark } from '../ui/mark.tsx'

const TONES = { owner: 'land', admin: 'sea', member: 'plain', guest: 'plain' } as const

interface RoleMarkProps {
  readonly role: Role
}

export function RoleMark({ role }: RoleMarkProps) {
  const { t } = useTranslation('workspace')
  return <Mark tone={TONES[role]}>{t(`roles.${role}`)}</Mark>
}
