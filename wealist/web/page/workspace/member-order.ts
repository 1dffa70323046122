import type { Member } from '../api/contract.ts'
import { nameOrder } from '../i18n/formats.ts'
import { ROLES } from './permissions.ts'

/** The highest role first, then by name as the language orders names. */
export function byRoleAndName(locale: string): (left: Member, right: Member) => number {
  const compareNames = nameOrder(locale)
  return (left, right) => ROLES.indexOf(left.role) - ROLES.indexOf(right.role) || compareNames(left.name, right.name)
}
