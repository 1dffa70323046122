import { usage } from './errors.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `10m`, `8h`, `2d` in milliseconds; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 0)
}

/** The same for an option that has to be one. @throws CLI_USAGE */
export function durationOption(option: string, { mostMs }: { readonly mostMs: number }): (text: string) => number {
  return (text) => {
    const durationMs = parseDuration(text)
    if (durationMs !== undefined && durationMs > 0 && durationMs <= mostMs) return durationMs
    throw usage(`${option} takes a time such as 30m, 8h or 2d, at most ${mostMs / 86_400_000}d, not "${text}".`)
  }
}
