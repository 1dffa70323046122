import fc from 'fast-check'
import { expect, test } from 'vitest'
import { localPathOf } from './local-path.ts'

test.for(['/', '/w/1/members', '/settings/security?x=1', '/invitation#token=abc'])('%s is a path of ours', (path) => {
  expect(localPathOf(path)).toBe(path)
})

test.for([
  'https://evil.example.com/',
  '//evil.example.com',
  '/\\evil.example.com',
  '\\\\evil.example.com',
  '/\t/evil.example.com',
  '/.//evil.example.com',
  'javascript:alert(1)',
  'w/1',
  '',
  undefined,
  7,
])('%s leads to the start instead', (text) => {
  expect(localPathOf(text)).toBe('/')
})

test('whatever is given, the browser stays on this origin', () => {
  const part = fc.constantFrom('/', '\\', '.', '\t', '\n', ':', '@', '?', '#', 'https', 'evil.example.com', ' ', '%2f')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const base = 'https://wealist.example.com'
      return new URL(localPathOf(`/${parts.join('')}`), base).origin === base
    }),
    { numRuns: 1_000 },
  )
})
