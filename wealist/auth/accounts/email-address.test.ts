import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findEmailAddress, parseEmailAddress } from './email-address.ts'

test.for([
  ['Mina@Example.COM', 'mina@example.com'],
  [' mina@example.com ', 'mina@example.com'],
  ['mina+tag@example.com', 'mina+tag@example.com'],
  ['mina@예시.example', 'mina@xn--vv4b11d.example'],
  ['root@localhost', 'root@localhost'],
] as const)('%j is the address %j', ([text, email]) => {
  expect(findEmailAddress(text)).toBe(email)
})

test.for([
  '',
  '@',
  'a@',
  '@b.example',
  'a b@c.example',
  'a@b.example,c@d.example',
  'a@b.example;c@d.example',
  'a@b.example\r\nBcc: c@d.example',
  '"a"@b.example',
  'A <a@b.example>',
  'a@b.example>',
  'a@[127.0.0.1]',
  'a@127.0.0.1',
  'a@-b.example',
  'a..b@c.example',
  '.a@b.example',
  'a@b@c.example',
  `${'a'.repeat(65)}@b.example`,
  `a@${'b'.repeat(64)}.example`,
])('%j is none', (text) => {
  expect(findEmailAddress(text)).toBeUndefined()
  expect(() => parseEmailAddress(text, 'to')).toThrow(/"to" is not an e-mail address/)
})

test('an address that was found holds nothing that ends a header or a list, and is found again as it is', () => {
  const characters = fc.constantFrom('a', '.', '@', ',', '<', '>', '"', '\r', '\n', ' ', '\u0000', '가', '(', ':')
  const texts = fc.oneof(
    fc.string(),
    fc.array(characters, { maxLength: 12 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const email = findEmailAddress(text)
      if (email === undefined) return
      expect(email).toMatch(/^[^\s,;<>"()[\]\\:@\p{Cc}]+@[a-z0-9.-]+$/u)
      expect(findEmailAddress(email)).toBe(email)
    }),
    { numRuns: 2_000 },
  )
})
