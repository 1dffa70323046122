import { expect, test } from 'vitest'
import { mapBounded } from './map-bounded.ts'

test('results keep the order of the items, and never more than the limit are under way', async () => {
  let underWay = 0
  let most = 0
  const results = await mapBounded([5, 4, 3, 2, 1, 0], 2, async (item) => {
    most = Math.max(most, ++underWay)
    for (let turn = 0; turn < item; turn++) await Promise.resolve()
    underWay--
    return item * 10
  })
  expect(results).toEqual([50, 40, 30, 20, 10, 0])
  expect(most).toBe(2)
})

test('after a failure nothing more is begun, and what was under way has ended', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const work = mapBounded([0, 1, 2, 3, 4], 2, async (item) => {
    begun.push(item)
    if (item === 0) throw new Error('no')
    await Promise.resolve()
    ended.push(item)
  })
  await expect(work).rejects.toThrow('no')
  expect(begun).toEqual([0, 1])
  expect(ended).toEqual([1])
})

test('no items are no work', async () => {
  expect(await mapBounded([], 4, () => Promise.reject(new Error('never')))).toEqual([])
})
