import { errorCode } from '@portolan/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseName } from './field-text.ts'
import { parseEmailAddress } from './invitations/email-address.ts'
import { parseTimeZone } from './profiles/time-zone.ts'

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return errorCode(error) ?? 'no code'
  }
}

test('whatever is sent as a name becomes one that is shown as it is stored, or is refused with a code', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      const refusal = codeOf(() => parseName(text, 'name'))
      if (refusal !== undefined) {
        expect(refusal).toBe('USER_INPUT_INVALID')
        return
      }
      const name = parseName(text, 'name')
      expect(parseName(name, 'name')).toBe(name)
      expect(name).toMatch(/^\S(.*\S)?$/u)
      expect(name).not.toMatch(/\p{Cc}/u)
    }),
  )
})

test('names of all scripts are taken, and counted by characters', () => {
  expect(parseName('가'.repeat(80), 'name')).toHaveLength(80)
  expect(parseName('한', 'name')).toBe('한') // composed from its letters
  expect(Array.from(parseName('😀'.repeat(80), 'name'))).toHaveLength(80)
  for (const text of ['\ud800', '\u200b', '\u3164', 'a\u202eb', '\ufeff']) {
    expect(codeOf(() => parseName(text, 'name'))).toBe('USER_INPUT_INVALID')
  }
})

test('whatever is sent as an address becomes one address, or is refused with a code', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string()), (text) => {
      const refusal = codeOf(() => parseEmailAddress(text))
      if (refusal !== undefined) {
        expect(refusal).toBe('USER_INPUT_INVALID')
        return
      }
      const email = parseEmailAddress(text)
      expect(email).toMatch(/^[^\s,;<>"@]+@[^\s,;<>"@]+$/)
      expect(parseEmailAddress(email)).toBe(email)
    }),
  )
  expect(parseEmailAddress(' Kim@BÜCHER.example ')).toBe('kim@xn--bcher-kva.example')
})

test.for(['Asia/Seoul', 'UTC', 'America/Argentina/Buenos_Aires'])('%s is a time zone', (name) => {
  expect(parseTimeZone(name)).toBe(name)
})
