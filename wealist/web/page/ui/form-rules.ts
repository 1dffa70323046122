/** What is wrong with what was typed, by the name of the field; the words are those of `errors:faults`. */
export type FormFaults = Readonly<Record<string, FormRule>>
export type FormRule = 'missing' | 'email' | 'too-short' | 'code' | 'different'

const PASSWORD_LEAST = 8
const CODE_LEAST = 6
// Loose on purpose: only a mail that arrives proves an address.
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

export function textOf(values: FormData, name: string): string {
  const value = values.get(name)
  return typeof value === 'string' ? value : ''
}

type Rule = (text: string) => FormRule | undefined

export const present: Rule = (text) => (text.trim() === '' ? 'missing' : undefined)
export const email: Rule = (text) => present(text) ?? (EMAIL.test(text.trim()) ? undefined : 'email')
/** Counts characters as a person does, and as the service does. */
export const newPassword: Rule = (text) =>
  present(text) ?? (Array.from(text.normalize('NFKC')).length < PASSWORD_LEAST ? 'too-short' : undefined)
export const code: Rule = (text) => present(text) ?? (codeOf(text).length < CODE_LEAST ? 'code' : undefined)

/** Apps show codes in groups; the gaps between the digits belong to nobody. */
export function codeOf(text: string): string {
  return text.replaceAll(/\s/g, '')
}

export function checkForm(values: FormData, rules: Readonly<Record<string, Rule>>): FormFaults {
  const faults = Object.entries(rules).map(([name, rule]): [string, FormRule | undefined] => [
    name,
    rule(textOf(values, name)),
  ])
  return Object.fromEntries(faults.filter((pair): pair is [string, FormRule] => pair[1] !== undefined))
}
