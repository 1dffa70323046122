import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findBand, findBandByName } from './band.ts'
import { BROWSER_REFUSED_PORTS } from './browser-refused.ts'
import { lowestFreePair } from './lowest-free-pair.ts'
import { isBluePort, isGreenPort, pairOf } from './pair.ts'
import { rangeContains } from './port-range.ts'
import { anyPort, listPorts } from './testing.ts'

const anyBand = fc
  .tuple(fc.integer({ min: 3000, max: 3012 }), fc.integer({ min: 0, max: 12 }))
  .map(([first, length]) => ({ first, last: first + length }))
const anyTaken = fc.array(fc.integer({ min: 3000, max: 3030 })).map((ports) => new Set(ports))

test('an even port is blue and the next odd one is its green', () => {
  expect(pairOf(3000)).toEqual({ blue: 3000, green: 3001 })
  expect(pairOf(3001)).toEqual({ blue: 3000, green: 3001 })
  expect(pairOf(65_535)).toEqual({ blue: 65_534, green: 65_535 })
  fc.assert(
    fc.property(anyPort, (port) => {
      fc.pre(port > 1)
      const { blue, green } = pairOf(port)
      expect([isBluePort(blue), isGreenPort(green), green - blue]).toEqual([true, true, 1])
      expect([blue, green]).toContain(port)
    }),
  )
})

test('port 1 has no pair, and 0 is no port', () => {
  expect(() => pairOf(1)).toThrow(expect.objectContaining({ code: 'PORTS_PAIR_INVALID' }))
  expect(() => pairOf(0)).toThrow(expect.objectContaining({ code: 'PORTS_NUMBER_INVALID' }))
})

test('the lowest free pair is inside the band, not taken, and none lower would do', () => {
  fc.assert(
    fc.property(anyBand, anyTaken, (band, taken) => {
      const free = listPorts(band)
        .filter((port) => isBluePort(port) && rangeContains(band, port + 1))
        .find((blue) => !taken.has(blue) && !taken.has(blue + 1))
      expect(lowestFreePair(band, taken)).toEqual(free === undefined ? undefined : { blue: free, green: free + 1 })
    }),
  )
})

test('a band that begins at an odd port or ends at an even one gives no half pair', () => {
  expect(lowestFreePair({ first: 3001, last: 3002 }, new Set())).toBeUndefined()
  expect(lowestFreePair({ first: 3001, last: 3003 }, new Set())).toEqual({ blue: 3002, green: 3003 })
  expect(lowestFreePair({ first: 65_535, last: 65_535 }, new Set())).toBeUndefined()
})

test('a pair of which browsers refuse one half is skipped when the block-list counts as taken', () => {
  expect(lowestFreePair({ first: 4044, last: 4050 }, BROWSER_REFUSED_PORTS)).toEqual({ blue: 4046, green: 4047 })
  expect(lowestFreePair({ first: 5060, last: 5063 }, BROWSER_REFUSED_PORTS)).toEqual({ blue: 5062, green: 5063 })
})

test('a band is found by a port, by a range that it holds whole, and by name', () => {
  const app = { name: 'production.app', range: { first: 3000, last: 3499 } }
  const preview = { name: 'preview.app', range: { first: 5000, last: 5499 } }
  expect(findBand([app, preview], 5000)).toBe(preview)
  expect(findBand([app, preview], { first: 3498, last: 3499 })).toBe(app)
  expect(findBand([app, preview], { first: 3499, last: 3500 })).toBeUndefined()
  expect(findBandByName([app, preview], 'production.app')).toBe(app)
  expect(findBandByName([app, preview], 'staging.app')).toBeUndefined()
})
