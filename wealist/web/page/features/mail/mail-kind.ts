/** Kinds of mail that have a name of their own; what only tells of a change is a notice. */
const NAMED_KINDS = ['invitation', 'sign-up', 'password-reset'] as const

export type MailKind = (typeof NAMED_KINDS)[number] | 'other'

export function mailKindOf(template: string): MailKind {
  return NAMED_KINDS.find((kind) => kind === template) ?? 'other'
}
