/** The languages that people may choose. */
export const LOCALES = ['ko', 'en'] as const
export type Locale = (typeof LOCALES)[number]

function isLocale(value: unknown): value is Locale {
  return LOCALES.some((locale) => locale === value)
}
