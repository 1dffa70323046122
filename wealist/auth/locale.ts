/** The languages that people may choose. */
export const LOCALES = ['ko', 'en'] as const
export type Locale = (typeof LOCALES)[number]

/** The first language of an `Accept-Language` header or a provider's `locale` that we speak, else English. */
export function localeOf(text: string | undefined): Locale {
  const wanted = (text ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase())
  return wanted.map((code) => LOCALES.find((locale) => locale === code)).find((locale) => locale !== undefined) ?? 'en'
}
