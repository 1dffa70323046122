import type { Locale } from '../api/contract.ts'

export const LOCALES = ['ko', 'en'] as const satisfies readonly Locale[]
/** Each in its own language: who cannot read the page has to find theirs. */
export const LOCALE_NAMES = { ko: '한국어', en: 'English' } as const satisfies Record<Locale, string>

const STORE_KEY = 'wealist.locale'

export function isLocale(text: unknown): text is Locale {
  return LOCALES.some((locale) => locale === text)
}

/** What was chosen here before, else the first of the browser's languages that we speak, else English. */
export function firstLocale(languages: readonly string[]): Locale {
  const remembered = rememberedLocale()
  if (remembered !== undefined) return remembered
  return languages.map((language) => language.slice(0, 2).toLowerCase()).find(isLocale) ?? 'en'
}

export function rememberLocale(locale: Locale): void {
  try {
    localStorage.setItem(STORE_KEY, locale)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error // storage is refused: the profile still remembers it
  }
}

function rememberedLocale(): Locale | undefined {
  try {
    const stored = localStorage.getItem(STORE_KEY)
    return isLocale(stored) ? stored : undefined
  } catch (error) {
    if (error instanceof DOMException) return undefined
    throw error
  }
}
