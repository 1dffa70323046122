import { type PortRange, rangeIntersection, rangeSize } from '@portolan/ports'

/** A range that is reserved for an environment and a kind of resource, on every host. */
export interface Band {
  readonly environment: string
  readonly kind: string
  readonly range: PortRange
}

/** `production.app` */
export function bandName({ environment, kind }: Pick<Band, 'environment' | 'kind'>): string {
  return `${environment}.${kind}`
}

/** The bands of CodeB's port document: staging, production and preview, each with its kinds. */
export const DEFAULT_BANDS: readonly Band[] = Object.freeze([
  { environment: 'staging', kind: 'app', range: { first: 3000, last: 3499 } },
  { environment: 'staging', kind: 'db', range: { first: 5432, last: 5449 } },
  { environment: 'staging', kind: 'redis', range: { first: 6379, last: 6399 } },
  { environment: 'production', kind: 'app', range: { first: 4000, last: 4499 } },
  { environment: 'production', kind: 'db', range: { first: 5450, last: 5469 } },
  { environment: 'production', kind: 'redis', range: { first: 6400, last: 6419 } },
  { environment: 'preview', kind: 'app', range: { first: 5000, last: 5999 } },
])

/**
 * What others have reserved inside a band: where two overlap, the smaller one wins, as preview.app (5000–5999) leaves
 * 5432–5449 to staging.db. Of two that are equally large neither gives way.
 */
export function narrowerBands(band: Band, bands: readonly Band[]): readonly Band[] {
  const size = rangeSize(band.range)
  return bands.filter((other) => rangeSize(other.range) < size && rangeIntersection(other.range, band.range))
}

/** The first thing that makes a set of bands unusable, as the end of a sentence; undefined when nothing does. */
export function bandsFault(bands: readonly Band[]): string | undefined {
  const names = new Set<string>()
  for (const band of bands) {
    const name = bandName(band)
    if (names.has(name)) return `"${name}" is there twice`
    names.add(name)
  }
  return undefined
}
