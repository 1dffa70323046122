import { domainToASCII } from 'node:url'
import { inputInvalid } from '../errors.ts'

const LENGTH_LIMIT = 254 // RFC 5321 §4.5.3.1.3, without the angle brackets
const LOCAL_LIMIT = 64 // §4.5.3.1.1
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/ // a dot-atom (RFC 5322 §3.2.3)
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * An address as it is stored and compared: lower case, the domain in ASCII. Quoted local parts, comments, lists and
 * address literals are refused: nobody has one, and each is a way to send a mail somewhere else.
 * @param field the name of the field that it came in
 * @throws AUTH_INPUT_INVALID
 */
export function parseEmailAddress(text: string, field = 'email'): string {
  const email = findEmailAddress(text)
  if (email === undefined) throw inputInvalid(field, 'is not an e-mail address like name@example.com')
  return email
}

/** @returns undefined for what is no address */
export function findEmailAddress(text: string): string | undefined {
  const trimmed = text.trim()
  const at = trimmed.lastIndexOf('@')
  if (at < 1 || trimmed.length > LENGTH_LIMIT) return undefined
  const local = trimmed.slice(0, at).toLowerCase()
  const domain = domainToASCII(trimmed.slice(at + 1))
  const email = `${local}@${domain}`
  const isWhole = local.length <= LOCAL_LIMIT && LOCAL.test(local) && DOMAIN.test(domain) && !/^[\d.]+$/.test(domain)
  return isWhole && email.length <= LENGTH_LIMIT ? email : undefined
}
