import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isPortNumber } from './port.ts'
import {
  formatPortRange,
  parsePortRange,
  portRange,
  rangeContains,
  rangeIntersection,
  rangeSize,
  rangesOverlap,
  shiftRange,
  singlePort,
} from './port-range.ts'
import { anyPort, anyRange, listPorts } from './testing.ts'

test('a range is written as first and last, a single port as itself', () => {
  expect(parsePortRange('50000-50020')).toEqual({ first: 50_000, last: 50_020 })
  expect(parsePortRange('8080')).toEqual({ first: 8080, last: 8080 })
  expect(parsePortRange('1-65535')).toEqual({ first: 1, last: 65_535 })
  expect(formatPortRange(singlePort(8080))).toBe('8080')
  expect(formatPortRange(portRange(50_000, 50_020))).toBe('50000-50020')
})

test.for([
  ['', 'Correct the text.'],
  ['0', 'Correct the text.'],
  ['http', 'Correct the text.'],
  ['65536', '"65536" is above 65535'],
  ['99999-1', '"99999" is above 65535'],
  ['50020-50000', 'Write the lower port first: "50000-50020".'],
  [' 8080', 'Write "8080".'],
  ['8080\n', 'Write "8080".'],
  ['08080', 'Write "8080".'],
  ['50000 - 50020', 'Write "50000-50020".'],
  ['50000–50020', 'Write "50000-50020".'],
  ['50020:50000', 'Write "50000-50020".'],
  ['1-2-3', 'Correct the text.'],
  ['-5', 'Correct the text.'],
  ['8080.5', 'Correct the text.'],
  ['50000..50020', 'Write "50000-50020".'],
  ['1-', 'Correct the text.'],
] as const)('"%s" is no range, and the error says what to write', ([text, hint]) => {
  expect(() => parsePortRange(text)).toThrow(
    expect.objectContaining({ code: 'PORTS_RANGE_INVALID', status: 400, message: expect.stringContaining(hint) }),
  )
})

test('ends that are no ports are refused', () => {
  for (const value of [0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(isPortNumber(value)).toBe(false)
    expect(() => singlePort(value)).toThrow(expect.objectContaining({ code: 'PORTS_NUMBER_INVALID' }))
  }
  expect(() => portRange(2, 1)).toThrow(expect.objectContaining({ code: 'PORTS_RANGE_INVALID' }))
})

test('what is formatted parses to the same range', () => {
  fc.assert(
    fc.property(anyRange, (range) => {
      expect(parsePortRange(formatPortRange(range))).toEqual(range)
    }),
  )
})

test('any text is either refused with a code or the one spelling of its range', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('0', '1', '9', '-', ' ') }))
  fc.assert(
    fc.property(text, (candidate) => {
      try {
        expect(formatPortRange(parsePortRange(candidate)).replace(/^(\d+)$/, '$1-$1')).toBe(
          candidate.replace(/^(\d+)$/, '$1-$1'),
        )
      } catch (error) {
        expect(error).toMatchObject({ code: 'PORTS_RANGE_INVALID' })
      }
    }),
    { examples: [['7-7']] },
  )
})

test('two ranges overlap exactly when they share a port, whichever comes first', () => {
  const near = fc.integer({ min: 100, max: 110 })
  const small = fc.tuple(near, near).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }))
  fc.assert(
    fc.property(small, small, (a, b) => {
      const shared = listPorts(a).filter((port) => listPorts(b).includes(port))
      expect(rangesOverlap(a, b)).toBe(shared.length > 0)
      expect(rangesOverlap(b, a)).toBe(rangesOverlap(a, b))
      const intersection = rangeIntersection(a, b)
      expect(intersection === undefined ? [] : listPorts(intersection)).toEqual(shared)
    }),
  )
})

test('neighbours do not overlap', () => {
  expect(rangesOverlap({ first: 1, last: 9 }, { first: 10, last: 20 })).toBe(false)
  expect(rangesOverlap({ first: 1, last: 10 }, { first: 10, last: 20 })).toBe(true)
})

test('a range contains another exactly when their intersection is the other', () => {
  fc.assert(
    fc.property(anyRange, anyRange, (outer, inner) => {
      const intersection = rangeIntersection(outer, inner)
      expect(rangeContains(outer, inner)).toBe(intersection?.first === inner.first && intersection.last === inner.last)
    }),
  )
  fc.assert(
    fc.property(anyRange, anyPort, (range, port) => {
      expect(rangeContains(range, port)).toBe(rangeContains(range, singlePort(port)))
    }),
  )
})

test('both ends count in the size', () => {
  expect(rangeSize({ first: 50_000, last: 60_000 })).toBe(10_001)
  fc.assert(
    fc.property(anyRange, (range) => {
      expect(rangeSize(range)).toBe(listPorts(range).length)
    }),
    { numRuns: 20 },
  )
})

test('a range that is shifted and shifted back is the same, and never leaves the ports', () => {
  fc.assert(
    fc.property(anyRange, fc.integer({ min: -70_000, max: 70_000 }), (range, by) => {
      const shifted = shiftRange(range, by)
      const fits = range.first + by >= 1 && range.last + by <= 65_535
      expect(shifted !== undefined).toBe(fits)
      if (shifted === undefined) return
      expect(rangeSize(shifted)).toBe(rangeSize(range))
      expect(shiftRange(shifted, -by)).toEqual(range)
    }),
  )
  expect(shiftRange(singlePort(80), 0.5)).toBeUndefined()
})
