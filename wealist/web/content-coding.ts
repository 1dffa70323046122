/** What a built file may be compressed by, the smallest result first. */
export const CODINGS = ['br', 'gzip'] as const
export type Coding = (typeof CODINGS)[number]

/** The end of the name of a file that was compressed at build time. */
export const CODING_ENDS = { br: '.br', gzip: '.gz' } as const satisfies Record<Coding, string>

/**
 * The coding to answer with, by `Accept-Encoding` (RFC 9110 §12.5.3).
 * @param available what the file is there in, besides its plain form
 * @returns undefined for the plain form
 */
export function chooseCoding(accepted: string | undefined, available: ReadonlySet<Coding>): Coding | undefined {
  const weights = weightsOf(accepted ?? '')
  const weightOf = (coding: Coding) => weights.get(coding) ?? weights.get('*') ?? 0
  return CODINGS.filter((coding) => available.has(coding) && weightOf(coding) > 0)
    .toSorted((left, right) => weightOf(right) - weightOf(left))
    .at(0)
}

function weightsOf(accepted: string): ReadonlyMap<string, number> {
  const entries = accepted.split(',').map((entry): [string, number] => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    const value = Number(weight ?? 1)
    return [name, Number.isNaN(value) ? 0 : value]
  })
  return new Map(entries)
}
