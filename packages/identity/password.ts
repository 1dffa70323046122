import { isCommonPassword } from './common-passwords.ts'

const LENGTH = { minimum: 8, maximum: 256 } as const
// One code point has at most two UTF-16 units, and normalisation may shorten: what is longer than this is not even
// normalised, which could make it eighteen times as long (U+FDFA).
const RAW_LENGTH_LIMIT = LENGTH.maximum * 4

export type PasswordRule = 'too-short' | 'too-long' | 'too-common' | 'too-simple' | 'has-email'

/** Why a new password is refused. Nothing of the password is in it. */
export interface PasswordFault {
  /** Stable; pages translate it. */
  readonly rule: PasswordRule
  /** English, to follow 'it'. */
  readonly reason: string
}

const REASONS = {
  'too-short': `has fewer than ${LENGTH.minimum} characters`,
  'too-long': `has more than ${LENGTH.maximum} characters`,
  'too-common': 'is one of the passwords that are guessed first',
  'too-simple': 'repeats one character',
  'has-email': 'contains your e-mail address',
} as const satisfies Record<PasswordRule, string>

/**
 * The same password however a keyboard or a system composes its characters: NFKC (RFC 8265 §4.2.2 has NFC; NIST SP
 * 800-63B §5.1.1.2 allows both, and Hangul typed full-width or half-width should be one). Not trimmed, not folded.
 * @returns undefined for what is too long to be looked at
 */
export function normalisePassword(password: string): string | undefined {
  if (password.length > RAW_LENGTH_LIMIT) return undefined
  const normalised = password.normalize('NFKC')
  return codePointCount(normalised) > LENGTH.maximum ? undefined : normalised
}

/**
 * What is wrong with a new password. There are no rules of composition: they make passwords worse (NIST SP 800-63B).
 * @returns undefined when it may be taken
 */
export function findPasswordFault(password: string, account: { readonly email: string }): PasswordFault | undefined {
  const rule = brokenRule(password, account.email)
  return rule === undefined ? undefined : { rule, reason: REASONS[rule] }
}

function brokenRule(password: string, email: string): PasswordRule | undefined {
  const normalised = normalisePassword(password)
  if (normalised === undefined) return 'too-long'
  if (codePointCount(normalised) < LENGTH.minimum) return 'too-short'
  if (new Set(normalised).size === 1) return 'too-simple'
  if (isCommonPassword(normalised)) return 'too-common'
  return hasEmail(normalised.toLowerCase(), email.normalize('NFKC').toLowerCase()) ? 'has-email' : undefined
}

/** The whole address anywhere, or its local part as the better half: 'mina' may stand in a long sentence. */
function hasEmail(password: string, email: string): boolean {
  if (email === '') return false
  const localPart = email.slice(0, email.lastIndexOf('@'))
  const isMostlyLocalPart = localPart.length >= 3 && localPart.length * 2 >= password.length
  return password.includes(email) || (isMostlyLocalPart && password.includes(localPart))
}

function codePointCount(text: string): number {
  return Array.from(text).length
}
