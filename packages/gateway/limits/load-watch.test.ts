import { expect, test } from 'vitest'
import { NOTHING_SHED, nextShedding, type Shedding } from './load-watch.ts'

const LIMITS = { lagMs: 1_000, memoryRatio: 0.9 } as const
const look = (shedding: Shedding, lagMs: number, memoryRatio = 0.5) =>
  nextShedding(shedding, { lagMs, memoryRatio }, LIMITS)

test('a single late look sheds nothing', () => {
  expect(look(NOTHING_SHED, 5_000).ratio).toBe(0)
  expect(look(look(NOTHING_SHED, 5_000), 10)).toEqual(NOTHING_SHED)
})

test('a loop that stays late sheds more and more, and less again only when it is clearly better', () => {
  let shedding = NOTHING_SHED
  const ratios = [1_500, 1_500, 1_500, 1_500, 900, 900, 100, 100].map((lagMs) => {
    shedding = look(shedding, lagMs)
    return Number(shedding.ratio.toFixed(2))
  })
  expect(ratios).toEqual([0, 0.25, 0.5, 0.75, 0.75, 0.75, 0.65, 0.55])
  for (let count = 0; count < 10; count += 1) shedding = look(shedding, 100)
  expect(shedding).toEqual(NOTHING_SHED)
})

test('without memory everything is refused', () => {
  const full = look(look(NOTHING_SHED, 0, 0.95), 0, 0.95)
  expect(full).toMatchObject({ ratio: 1, reason: 'memory' })
  expect(look(full, 0, 0.89).ratio).toBe(1)
  expect(look(full, 0, 0.8).ratio).toBeLessThan(1)
})

test('what is turned off sheds nothing', () => {
  const off = { lagMs: false, memoryRatio: false } as const
  const load = { lagMs: 1e6, memoryRatio: 1 }
  expect(nextShedding(nextShedding(NOTHING_SHED, load, off), load, off)).toEqual(NOTHING_SHED)
})
