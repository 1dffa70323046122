/** How a language writes dates, spans, sizes and names. Pure: language, time zone and the present are arguments. */
export interface Formats {
  readonly locale: string
  /** IANA name; undefined for that of the device. */
  readonly timeZone: string | undefined
}

export function formatDate({ locale, timeZone }: Formats, time: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(new Date(time))
}

export function formatDateTime({ locale, timeZone }: Formats, time: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(time))
}

export function formatTime({ locale, timeZone }: Formats, time: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(new Date(time))
}

/** The day as a number that is equal for two times of the same day in the time zone: 20261121. */
export function dayOf({ timeZone }: Formats, time: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone })
  return Number(parts.format(new Date(time)).replaceAll('-', ''))
}

const SPANS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const satisfies readonly (readonly [Intl.RelativeTimeFormatUnit, number])[]

/** "3 hours ago", "3시간 전"; within the last minute "now", "지금". */
export function formatAgo({ locale }: Formats, time: string, now: Date): string {
  const seconds = Math.round((new Date(time).getTime() - now.getTime()) / 1000)
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const span = SPANS.find(([, size]) => Math.abs(seconds) >= size)
  return span === undefined ? format.format(0, 'second') : format.format(Math.trunc(seconds / span[1]), span[0])
}

/** How long to wait: "40 seconds", "2분". */
export function formatWait(locale: string, seconds: number): string {
  const inMinutes = seconds >= 90
  const unit = inMinutes ? 'minute' : 'second'
  const amount = inMinutes ? Math.ceil(seconds / 60) : seconds
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(amount)
}

export function formatMegabytes(locale: string, bytes: number): string {
  const options = { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale, options).format(bytes / 1_048_576)
}

export function formatCount(locale: string, count: number): string {
  return new Intl.NumberFormat(locale).format(count)
}

export function nameOrder(locale: string): (left: string, right: string) => number {
  return new Intl.Collator(locale).compare
}

const HANGUL = /^[\p{Script=Hangul}\s]+$/u

/** Two letters for a name without a picture: the given name of a Korean one, else the first letters of two words. */
export function initialsOf(name: string): string {
  const trimmed = name.trim()
  if (HANGUL.test(trimmed)) return Array.from(trimmed.replaceAll(/\s/gu, '')).slice(-2).join('')
  const words = trimmed.split(/\s+/u)
  const ends = words.length > 1 ? [words.at(0), words.at(-1)] : [words.at(0)]
  return ends
    .map((word) => Array.from(word ?? '').at(0) ?? '')
    .join('')
    .toLocaleUpperCase()
}
