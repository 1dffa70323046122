import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findPasswordFault, normalisePassword, type PasswordRule } from './password.ts'

const ACCOUNT = { email: 'mina.kim@example.com' }

test.for<[password: string, rule: PasswordRule | undefined]>([
  ['correct horse battery staple', undefined],
  ['zäh-Möwe-9', undefined],
  ['한글비밀번호가좋다', undefined],
  ['🐎🔋📎🐎🔋📎🐎🔋', undefined],
  ['1234567', 'too-short'],
  ['🐎🔋📎🐎', 'too-short'],
  ['', 'too-short'],
  ['ab'.repeat(128), undefined],
  [`${'ab'.repeat(128)}c`, 'too-long'],
  ['x'.repeat(1_000_000), 'too-long'],
  ['\uFDFA'.repeat(200), 'too-long'], // 18 code points each, once normalised
  ['        ', 'too-simple'],
  ['ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ', 'too-simple'],
  ['password', 'too-common'],
  ['PassWord1', 'too-common'],
  ['1q2w3e4r', 'too-common'],
  ['ｐａｓｓｗｏｒｄ', 'too-common'], // full-width
  ['dkssudgktpdy', 'too-common'], // 안녕하세요 on a Latin keyboard
  ['xx-Mina.Kim@Example.com-xx', 'has-email'],
  ['mina.kim1234', 'has-email'],
  ['i share mina.kim with nobody at all', undefined],
])('%j is refused as %s', ([password, rule]) => {
  expect(findPasswordFault(password, ACCOUNT)?.rule).toBe(rule)
})

test('an account without an address refuses no password for it', () => {
  expect(findPasswordFault('correct horse', { email: '' })).toBeUndefined()
  expect(findPasswordFault('correct horse', { email: '@' })).toBeUndefined()
})

test('a password is the same however its characters are composed, and nothing is trimmed', () => {
  expect(normalisePassword('e\u0301t\u0065\u0301')).toBe(normalisePassword('été'))
  expect(normalisePassword('\u1112\u1161\u11ab')).toBe('한')
  expect(normalisePassword(' a ')).toBe(' a ')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (password) => {
      expect(normalisePassword(password.normalize('NFD'))).toBe(normalisePassword(password))
    }),
  )
})

test('a fault holds nothing of the password', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[Q-Z]{4,7}$/), (password) => {
      expect(JSON.stringify(findPasswordFault(password, ACCOUNT))).not.toContain(password)
    }),
  )
})
