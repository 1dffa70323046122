import { textOf } from '../../ui/form-rules.ts'
import { GRANTABLE_ROLES } from '../../workspace/permissions.ts'
import type { NewInvitation } from './create-invitation.ts'

export const DAY_CHOICES = [1, 3, 7, 14, 30] as const
export const PEOPLE_CHOICES = [1, 5, 10, 25, 50, 100] as const
/** What is chosen when nobody chooses. */
export const USUAL = { role: 'member', days: '7', people: '10' } as const

/** What the form's fields say. The address is a field of invitations by mail alone, the number of people of links. */
export function invitationOf(values: FormData): NewInvitation {
  const role = GRANTABLE_ROLES.find((each) => each === textOf(values, 'role')) ?? USUAL.role
  const expiresInDays = Number(textOf(values, 'expiresInDays'))
  const email = textOf(values, 'email').trim()
  if (values.has('email')) return { role, expiresInDays, email }
  return { role, expiresInDays, useLimit: Number(textOf(values, 'useLimit')) }
}
