import { rangeContains } from '@portolan/ports'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { uncovered } from './coverage.ts'

const range = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 20 })).map(([first, more]) => ({
  first,
  last: first + more,
}))

test('a port is uncovered exactly when it is in the range and in no cover', () => {
  fc.assert(
    fc.property(range, fc.array(range, { maxLength: 6 }), fc.integer({ min: 1, max: 60 }), (whole, covers, port) => {
      const isOpen = uncovered(whole, covers).some((part) => rangeContains(part, port))
      const isExpected = rangeContains(whole, port) && !covers.some((cover) => rangeContains(cover, port))
      expect(isOpen).toBe(isExpected)
    }),
  )
})
