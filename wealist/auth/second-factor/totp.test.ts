import { Secret } from 'otpauth'
import { expect, test } from 'vitest'
import { createRecoveryCodes, normaliseCode } from './recovery-code.ts'
import { createTotpSecret, matchTotp } from './totp.ts'

const RFC_SECRET = Secret.fromLatin1('12345678901234567890').base32

// RFC 6238, appendix B (SHA-1), the last six of its eight digits.
test.for([
  [59, '287082', 1],
  [1_111_111_109, '081804', 37_037_036],
  [1_234_567_890, '005924', 41_152_263],
  [20_000_000_000, '353130', 666_666_666],
] as const)('at second %d the code is %s', ([second, code, step]) => {
  const at = (offsetMs: number) => matchTotp(RFC_SECRET, code, new Date(second * 1000 + offsetMs))
  expect(at(0)).toBe(step)
  expect(at(30_000)).toBe(step) // who types slowly
  expect(at(-30_000)).toBe(step) // whose clock is ahead
  expect(at(61_000)).toBeUndefined()
})

test('secrets are long and never the same', () => {
  const secrets = new Set(Array.from({ length: 100 }, createTotpSecret))
  expect(secrets.size).toBe(100)
  for (const secret of secrets) expect(Secret.fromBase32(secret).bytes).toHaveLength(20)
})

test('recovery codes are ten, all different, and read the same however they are typed', () => {
  const codes = createRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
  expect(normaliseCode(' ab1de fghj0 ')).toBe(normaliseCode('ABIDE-FGHJO'))
  expect(normaliseCode('１２３ ４５６')).toBe('123456')
})
