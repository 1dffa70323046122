import { expect, test } from 'vitest'
import { durationOption, parseDuration } from './duration.ts'

test.for([
  ['90s', 90_000],
  ['10m', 600_000],
  ['8h', 28_800_000],
  ['2d', 172_800_000],
  ['8', undefined],
  ['h', undefined],
  ['1.5h', undefined],
  ['-1h', undefined],
  ['8 h', undefined],
] as const)('%s is %s milliseconds', ([text, expected]) => {
  expect(parseDuration(text)).toBe(expected)
})

test.for(['0s', '15d', 'soon', ''])('an option refuses "%s" and says what it takes', (text) => {
  const parse = durationOption('--for', { mostMs: 14 * 86_400_000 })
  expect(() => parse(text)).toThrow(/--for takes a time such as 30m, 8h or 2d, at most 14d/)
  expect(parse('14d')).toBe(14 * 86_400_000)
})
