/** What several runs of one thing took, in milliseconds. */
export interface Spread {
  readonly minimumMs: number
  readonly medianMs: number
  readonly maximumMs: number
}

export function spreadOf(runsMs: readonly number[]): Spread {
  const sorted = runsMs.map(Math.round).toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? 0
  return { minimumMs: at(0), medianMs: at(0.5), maximumMs: at(1) }
}
