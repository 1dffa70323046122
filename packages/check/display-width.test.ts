import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blankLike, displayWidth } from './display-width.ts'

test.for([
  ['', 0],
  ['abc', 3],
  ['보드', 4],
  ['ｶﾅ', 2],
  ['한', 2],
  ['é', 1],
  ['👍🏽', 2],
  ['→ “x”', 5],
] as const)('%s is %i columns wide', ([text, width]) => {
  expect(displayWidth(text)).toBe(width)
})

test('a blank is as wide as its text and keeps its tabs', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const blank = blankLike(text)
      expect(blank).toMatch(/^[ \t]*$/)
      expect(blank.split('\t')).toHaveLength(text.split('\t').length)
    }),
  )
})
