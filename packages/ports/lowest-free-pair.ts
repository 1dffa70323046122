import type { Pair } from './pair.ts'
import type { PortRange } from './port-range.ts'

/**
 * The lowest even port of the band whose odd neighbour is free as well.
 * @param band both ends inclusive
 * @param taken every port that a claim, a sighting, a quarantine or a block-list (BROWSER_REFUSED_PORTS) holds
 * @returns undefined when the band is exhausted; the caller knows whose band it was
 */
export function lowestFreePair(band: PortRange, taken: ReadonlySet<number>): Pair | undefined {
  for (let blue = band.first + (band.first % 2); blue < band.last; blue += 2) {
    if (!taken.has(blue) && !taken.has(blue + 1)) return { blue, green: blue + 1 }
  }
  return undefined
}
