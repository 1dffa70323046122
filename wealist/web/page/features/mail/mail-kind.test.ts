import { expect, test } from 'vitest'
import { mailKindOf } from './mail-kind.ts'

test('a mail that only tells of a change is a notice', () => {
  expect(mailKindOf('invitation')).toBe('invitation')
  expect(mailKindOf('totp-enabled')).toBe('other')
  expect(mailKindOf('of a later version')).toBe('other')
})
