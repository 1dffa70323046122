import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { formatLogText } from './log-text.ts'
import { jsonText, visible, visibleAnswer, visibleLines } from './terminal.ts'

test.for([
  ['\u001b[2J', '\\x1b[2J'],
  ['a\tb\r', 'a\tb\\x0d'],
  ['\u009b31m\u007f', '\\x9b31m\\x7f'],
  ['a\u2028b\u2029', 'a\\u2028b\\u2029'],
  ['\u202ecod\u2066\u200f\u061c', '\\u202ecod\\u2066\\u200f\\u061c'],
  ['보드 ⚓', '보드 ⚓'],
] as const)('%j is shown as %j', ([text, shown]) => {
  expect(visible(text)).toBe(shown)
})

test('JSON says the same, and commands no terminal', () => {
  const value = { 'k\u009b': ['\u001b[2J', '\u202e', 'ü\n', '\u007f'] }
  expect(JSON.parse(jsonText(value))).toEqual(value)
  expect(jsonText(value)).not.toMatch(/[^\P{Cc}\n]|\u202e/u)
})

test('every text of an answer is made visible', () => {
  expect(visibleAnswer({ a: [{ 'b\u001b': 'c\u009b\n' }], d: 1, e: null })).toEqual({
    a: [{ 'b\\x1b': 'c\\x9b\\x0a' }],
    d: 1,
    e: null,
  })
})

test('lines stay lines', () => {
  expect(visibleLines('one\n\u001btwo')).toBe('one\n\\x1btwo')
})

test.for([
  'plain \u001b]0;x\u0007',
  '{"msg":"a \\u001b[2J","k\\u009b":"\\u202e","o":{"p":"\u0080"},"err":{"message":"\\u001b"}}',
])('a log line commands no terminal: %j', (text) => {
  const line = { at: new Date(0), service: 'web', stream: 'out', text } as const
  const shown = formatLogText(line, 3, createColors(false))
  expect(shown).not.toMatch(/[\p{Cc}\u202e]/u)
})
