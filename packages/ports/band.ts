import { type PortRange, rangeContains } from './port-range.ts'

/** A range that is reserved for an environment and a kind of resource, such as `production.app`. */
export interface Band {
  readonly name: string
  readonly range: PortRange
}

/** The first band that holds the whole of `inner` (a port or a range); undefined when none does. */
export function findBand(bands: readonly Band[], inner: PortRange | number): Band | undefined {
  return bands.find((band) => rangeContains(band.range, inner))
}

export function findBandByName(bands: readonly Band[], name: string): Band | undefined {
  return bands.find((band) => band.name === name)
}
