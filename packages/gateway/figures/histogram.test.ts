import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addHistograms, bucketEndMs, Histogram, quantileMs } from './histogram.ts'

function observed(...durations: readonly number[]) {
  const histogram = new Histogram()
  for (const ms of durations) histogram.observe(ms)
  return histogram.figures()
}

test('a duration is counted in the first bucket whose end is not below it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 300_000, noNaN: true }), (ms) => {
      const index = observed(ms).counts.indexOf(1)
      // Whole microseconds are told apart.
      expect(bucketEndMs(index)).toBeGreaterThanOrEqual(ms - 1e-3)
      if (index > 0) expect(bucketEndMs(index - 1)).toBeLessThan(ms + 1e-3)
    }),
  )
})

test.each([
  [0.064, 0.064],
  [0.065, 0.08],
  [1.024, 1.024],
  [100, 114.688],
])('%d ms is told as at most %d ms', (ms, told) => {
  expect(quantileMs(observed(ms), 0.5)).toBeCloseTo(told, 6)
})

test('quantiles are found to a quarter of a doubling, and of nothing there is none', () => {
  const figures = observed(...Array.from({ length: 1_000 }, (_, index) => index + 1))
  expect(quantileMs(figures, 0.5)).toBeGreaterThanOrEqual(500)
  expect(quantileMs(figures, 0.5)).toBeLessThan(625)
  expect(quantileMs(figures, 0.99)).toBeGreaterThanOrEqual(990)
  expect(quantileMs(observed(), 0.5)).toBeUndefined()
})

test('histograms add up, and what was before can be taken off', () => {
  const [one, both] = [observed(1, 5), observed(1, 5, 20)]
  expect(addHistograms(one, observed(20))).toEqual(both)
  expect(addHistograms(both, one, -1).counts).toEqual(observed(20).counts)
})
