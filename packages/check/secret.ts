import { isFilledIn, type TextValue } from './text-value.ts'

/** What makes a value a secret, in words that do not repeat it. */
export type SecretReason = 'a password inside a URL' | 'a value whose name says that it is secret'

// Names in words: `adminPassword` and `ADMIN-PASSWORD` are `admin_password`.
const SECRET_NAME = /(^|_)(password|passwd|passphrase|pwd|secret|token|key|credentials?|requirepass|masterauth)$/
/** Names that end like a secret and say in the same breath that they are none. */
const OPEN_NAME = /(^|_)(public|publishable|anon|sort|primary|foreign|partition|cache|object|storage|metric)_key$/
const PASSWORD_NAME = /(password|passwd|passphrase|pwd|requirepass|masterauth)$/
/**
 * Begins at the `://`, with a look at one character of the scheme: a scheme that is matched from its start is tried at
 * every letter of a long text, which takes time by the square of its length.
 */
export const PASSWORD_IN_URL = /(?<=[a-z0-9+.-])(:\/\/[^\s:/?#@]*:)([^\s/?#@]+)@/gi

/** Whether a value holds a secret in plain text; undefined when it does not, or when it comes from outside. */
export function secretIn({ key, text }: Pick<TextValue, 'key' | 'text'>): SecretReason | undefined {
  const passwords = [...text.matchAll(PASSWORD_IN_URL)].map(([, , password = '']) => password)
  if (passwords.some((password) => !isFilledIn(password))) return 'a password inside a URL'
  return key !== undefined && namesSecret(key) && isSecretText(text, key)
    ? 'a value whose name says that it is secret'
    : undefined
}

export function namesSecret(name: string): boolean {
  const words = inWords(name)
  return SECRET_NAME.test(words) && !OPEN_NAME.test(words)
}

/** A path to a secret and a switch are none, and a number is only one where a password is asked for. */
export function isSecretText(text: string, name: string): boolean {
  if (text === '' || isFilledIn(text)) return false
  if (/^\d{1,9}(ms|s|m|h|d)?$/.test(text)) return PASSWORD_NAME.test(inWords(name))
  return !/^(true|false|yes|no|on|off|none|null|(\/|\.\/|\.\.\/|file:).*)$/i.test(text)
}

function inWords(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
}

/** The text with every password taken out, for messages. */
export function withoutSecrets(value: Pick<TextValue, 'key' | 'text'>): string {
  if (value.key !== undefined && namesSecret(value.key)) return '…'
  return value.text.replace(PASSWORD_IN_URL, '$1…@')
}
