import { expect, test } from 'vitest'
import { chooseCoding } from './content-coding.ts'

const BOTH = new Set(['br', 'gzip'] as const)

test.for([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['*;q=0.3, br;q=0', 'gzip'],
  ['BR', 'br'],
  ['identity', undefined],
  ['br;q=0, gzip;q=0', undefined],
  ['br;q=x', undefined],
  ['', undefined],
] as const)('of brotli and gzip, "%s" gets %s', ([accepted, coding]) => {
  expect(chooseCoding(accepted, BOTH)).toBe(coding)
})

test('a file that was not compressed is answered as it is', () => {
  expect(chooseCoding('br, gzip', new Set())).toBeUndefined()
  expect(chooseCoding('br, gzip', new Set(['gzip'] as const))).toBe('gzip')
  expect(chooseCoding(undefined, BOTH)).toBeUndefined()
})
