import { domainToASCII } from 'node:url'
import { inputInvalid } from '../errors.ts'

const LENGTH_LIMIT = 254 // RFC 5321 §4.5.3.1.3, without the angle brackets
const LOCAL_LIMIT = 64 // §4.5.3.1.1
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/ // a dot-atom (RFC 5322 §3.2.3)
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * An address as auth keeps and compares it: lower case, the domain in ASCII. Whatever could be two addresses, or carry
 * another header into a mail, is refused.
 * @throws USER_INPUT_INVALID
 */
export function parseEmailAddress(text: string, field = 'email'): string {
  const trimmed = text.trim()
  const at = trimmed.lastIndexOf('@')
  const local = trimmed.slice(0, Math.max(at, 0)).toLowerCase()
  const domain = domainToASCII(trimmed.slice(at + 1))
  const email = `${local}@${domain}`
  const isWhole = local.length <= LOCAL_LIMIT && LOCAL.test(local) && DOMAIN.test(domain) && !/^[\d.]+$/.test(domain)
  if (isWhole && trimmed.length <= LENGTH_LIMIT && email.length <= LENGTH_LIMIT) return email
  throw inputInvalid({ field, rule: 'email', reason: 'is not an e-mail address like name@example.com' })
}
