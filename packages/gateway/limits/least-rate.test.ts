import { expect, test } from 'vitest'
import { LeastRate } from './least-rate.ts'

const SLOW = { leastBytesPerSecond: 500, graceMs: 2_000 } as const

test('standing still is forgiven for the grace, and not longer', () => {
  const rate = new LeastRate(0)
  const looks = [500, 500, 500, 500, 500].map((forMs) => rate.isTooSlow({ movedBytes: 0, forMs }, SLOW))
  expect(looks).toEqual([false, false, false, false, true])
})

test('a trickle above the least rate goes on for ever, one below it does not', () => {
  const [fast, slow] = [new LeastRate(0), new LeastRate(0)]
  let ended = 0
  for (let second = 1; second <= 100; second += 1) {
    expect(fast.isTooSlow({ movedBytes: second * 600, forMs: 1_000 }, SLOW)).toBe(false)
    if (slow.isTooSlow({ movedBytes: second * 100, forMs: 1_000 }, SLOW)) ended ||= second
  }
  expect(ended).toBe(3)
})

test('what was moved fast before buys no time later', () => {
  const rate = new LeastRate(0)
  rate.isTooSlow({ movedBytes: 10_000_000, forMs: 1_000 }, SLOW)
  expect(rate.isTooSlow({ movedBytes: 10_000_000, forMs: 2_500 }, SLOW)).toBe(true)
})

test('of what is under way at once nobody can tell how much has arrived: it has the time that it may take', () => {
  const rate = new LeastRate(0)
  const pendingBytes = 5_000
  expect(rate.isTooSlow({ movedBytes: 0, pendingBytes, forMs: 11_000 }, SLOW)).toBe(false)
  expect(rate.isTooSlow({ movedBytes: 0, pendingBytes, forMs: 2_000 }, SLOW)).toBe(true)
})
