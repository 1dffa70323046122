/** More than any browser sends; what stands behind is not looked at. */
const MOST_MEMBERS = 32
const MOST_PARAMETERS = 8

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
  const html = bestWeight(preferences, ['text/html', 'application/xhtml+xml'])
  return html > 0 && html >= bestWeight(preferences, ['application/json', 'application/problem+json'])
}

function bestWeight(preferences: readonly Preference[], names: readonly string[]): number {
  let best = 0
  for (const { value, weightRatio } of preferences) if (names.includes(value)) best = Math.max(best, weightRatio)
  return best
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
  return (header ?? '').split(',', MOST_MEMBERS).map((member) => {
    const [value = '', ...parameters] = member.split(';', MOST_PARAMETERS).map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    const weightRatio = weight === undefined ? 1 : Number(weight)
    return { value, weightRatio: Number.isFinite(weightRatio) ? weightRatio : 0 }
  })
}
