/** One member of an Accept or Accept-Language header (RFC 9110 §12.4.2). */
interface Preference {
  readonly value: string
  readonly weightRatio: number
}

/**
 * Whether a person reads the answer: HTML is named outright and no JSON is liked better. The wildcard
 * alone, as curl and fetch send it, is no wish for a page.
 */
export function prefersHtml(accept: string | undefined): boolean {
  const preferences = parsePreferences(accept)
  const weight = (names: readonly string[]) =>
    Math.max(0, ...preferences.filter(({ value }) => names.includes(value)).map(({ weightRatio }) => weightRatio))
  const html = weight(['text/html', 'application/xhtml+xml'])
  return html > 0 && html >= weight(['application/json', 'application/problem+json'])
}

const LANGUAGES = ['en', 'ko'] as const
export type Language = (typeof LANGUAGES)[number]

/** The language of ours that the reader likes best; English when none is named. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const ranked = parsePreferences(acceptLanguage).toSorted((one, other) => other.weightRatio - one.weightRatio)
  for (const { value, weightRatio } of ranked) {
    const language = LANGUAGES.find((known) => value === known || value.startsWith(`${known}-`))
    if (language !== undefined && weightRatio > 0) return language
  }
  return 'en'
}

function parsePreferences(header: string | undefined): Preference[] {
  return (header ?? '').split(',').map((member) => {
    const [value = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    const weightRatio = weight === undefined ? 1 : Number(weight)
    return { value, weightRatio: Number.isFinite(weightRatio) ? weightRatio : 0 }
  })
}
