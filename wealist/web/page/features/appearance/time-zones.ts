export interface TimeZone {
  /** IANA name. */
  readonly value: string
  /** `Asia/Seoul (Korean Time)`. */
  readonly label: string
}

/** Every time zone that this browser knows, and `also`, which another one has chosen, in the order of their names. */
export function timeZonesIn(locale: string, also: string | null): readonly TimeZone[] {
  const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...(also === null ? [] : [also])])
  return [...names].toSorted().map((value) => ({ value, label: labelOf(locale, value) }))
}

export function deviceTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

function labelOf(locale: string, timeZone: string): string {
  const name = timeZone.replaceAll('_', ' ')
  const words = wordsOf(locale, timeZone)
  return words === undefined || words === name ? name : `${name} (${words})`
}

/** Undefined for a zone that is too new, or too old, for this browser. */
function wordsOf(locale: string, timeZone: string): string | undefined {
  try {
    const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(0)
    return parts.find(({ type }) => type === 'timeZoneName')?.value
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
