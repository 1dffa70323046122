/** How many buckets one doubling is divided into. */
const PARTS = 4
/** The first bucket ends at 64 µs; doubled 21 times it is 134 s. */
const FIRST_EXPONENT = 6
const DOUBLINGS = 21
const BUCKET_COUNT = DOUBLINGS * PARTS + 1

/** A histogram as plain JSON. */
export interface HistogramFigures {
  /** By bucket, the fine ones; see {@link bucketEndMs}. */
  readonly counts: readonly number[]
  readonly sumMs: number
}

/** Durations in buckets of equal ratio, all allocated at the beginning: to observe one is a shift and two additions. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKET_COUNT)
  #sumMs = 0

  observe(ms: number): void {
    this.#sumMs += ms
    const index = bucketOf(ms)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  figures(): HistogramFigures {
    return { counts: [...this.#counts], sumMs: this.#sumMs }
  }
}

/** Which bucket counts a duration: the first whose end is not below it. */
function bucketOf(ms: number): number {
  // The shift needs a whole number below 2^31; the last bucket has whatever is longer.
  const us = Math.min(Math.ceil(ms * 1_000) - 1, 0x7fffffff)
  if (us < 64) return 0
  const exponent = 31 - Math.clz32(us)
  const part = (us >> (exponent - 2)) & (PARTS - 1)
  return Math.min(BUCKET_COUNT - 1, (exponent - FIRST_EXPONENT) * PARTS + part + 1)
}

/** Where a bucket ends, inclusive; the last has no end. */
export function bucketEndMs(index: number): number {
  if (index >= BUCKET_COUNT - 1) return Number.POSITIVE_INFINITY
  const exponent = Math.floor(index / PARTS)
  return ((64 * 2 ** exponent * (PARTS + (index % PARTS))) / PARTS) * 0.001
}

/** @param share 0.5 for the median; undefined when nothing was observed */
export function quantileMs({ counts }: Pick<HistogramFigures, 'counts'>, share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let seen = 0
  for (const [index, count] of counts.entries()) {
    seen += count
    if (seen >= total * share) return Math.min(bucketEndMs(index), bucketEndMs(BUCKET_COUNT - 2))
  }
  return undefined
}

/** The figures of two together, or with `-1` what has come since. */
export function addHistograms(one: HistogramFigures, other: HistogramFigures, sign: 1 | -1 = 1): HistogramFigures {
  const counts = one.counts.map((count, index) => count + sign * (other.counts[index] ?? 0))
  return { counts, sumMs: one.sumMs + sign * other.sumMs }
}
