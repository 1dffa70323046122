import fc from 'fast-check'
import { HIGHEST_PORT, LOWEST_PORT } from './port.ts'
import type { PortRange } from './port-range.ts'

/** Any port. */
export const anyPort: fc.Arbitrary<number> = fc.integer({ min: LOWEST_PORT, max: HIGHEST_PORT })

/** Any range; half of them lie within a few ports of each other, so that overlaps are common. */
export const anyRange: fc.Arbitrary<PortRange> = fc
  .oneof(fc.tuple(anyPort, anyPort), fc.tuple(fc.integer({ min: 100, max: 120 }), fc.integer({ min: 100, max: 120 })))
  .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }))

/** Every port of a range, ascending. */
export function listPorts({ first, last }: PortRange): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
