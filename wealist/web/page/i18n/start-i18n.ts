import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Locale } from '../api/contract.ts'
import { firstLocale, rememberLocale } from './locale.ts'

/** Loads the words of one language and no other. */
export async function startI18n(): Promise<void> {
  const lng = firstLocale(navigator.languages)
  await i18next.use(initReactI18next).init({
    lng,
    resources: { [lng]: await loadWords(lng) },
    defaultNS: 'ui',
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  })
  document.documentElement.lang = lng
}

/** Switches while the page is open; what is rendered follows. */
export async function speak(locale: Locale): Promise<void> {
  rememberLocale(locale)
  if (i18next.language === locale) return
  const words = await loadWords(locale)
  for (const [namespace, resource] of Object.entries(words)) i18next.addResourceBundle(locale, namespace, resource)
  await i18next.changeLanguage(locale)
  document.documentElement.lang = locale
}

async function loadWords(locale: Locale) {
  return locale === 'ko' ? (await import('./korean.ts')).korean : (await import('./english.ts')).english
}
