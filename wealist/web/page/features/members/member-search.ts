import type { Member } from '../../api/contract.ts'

/** Whether a part of the name or the address begins or contains what was typed, whatever its case. */
export function isFoundBy({ name, email }: Pick<Member, 'name' | 'email'>, text: string): boolean {
  const wanted = plain(text.trim())
  return plain(name).includes(wanted) || (email !== null && plain(email).includes(wanted))
}

function plain(text: string): string {
  return text.normalize('NFKC').toLocaleLowerCase()
}
