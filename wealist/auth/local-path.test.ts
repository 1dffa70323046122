import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseLocalPath } from './local-path.ts'

test.for([
  ['/', '/'],
  ['/boards/1?card=2#top', '/boards/1?card=2#top'],
  ['/a/../b', '/b'],
  ['/%EA%B0%80', '/%EA%B0%80'],
] as const)('%j is a path of our own', ([text, path]) => {
  expect(parseLocalPath(text)).toBe(path)
})

test.for([
  '',
  'x',
  '//a',
  '///a',
  '/\\a',
  '\\a',
  'https://a',
  '/.//a',
  '/..//a',
  '/a\nb',
  '/\t/a',
  ' /a',
  '/가',
  `/${'a'.repeat(1_100)}`,
])('%j is none', (text) => {
  expect(parseLocalPath(text)).toBeUndefined()
})

test('whatever is let through stays within the origin, however often it is read', () => {
  const characters = fc.constantFrom('/', '\\', '.', ':', '@', '?', '#', '%2f', 'a', 'evil.example', '\t', ' ', '[')
  const texts = fc.array(characters, { maxLength: 12 }).map((parts) => `/${parts.join('')}`)
  fc.assert(
    fc.property(texts, (text) => {
      const path = parseLocalPath(text)
      if (path === undefined) return
      expect(new URL(path, 'https://own.example').origin).toBe('https://own.example')
      expect(parseLocalPath(path)).toBe(path)
    }),
    { numRuns: 2_000 },
  )
})
