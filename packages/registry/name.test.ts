import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isName } from './name.ts'

test.for([
  ['worb', true],
  ['w', true],
  ['team/worb.web_2', true],
  ['a/.b/c..d', true],
  ['a/b/c', true],
  ['a...b', true],
  ['a'.repeat(100), true],
  ['a'.repeat(101), false],
  ['', false],
  ['a//b', false],
  ['a/./b', false],
  ['a/../b', false],
  ['a/b/../../c', false],
  ['../a', false],
  ['a/..', false],
  ['/a', false],
  ['Worb', false],
  ['wörb', false],
  ['a b', false],
  ['a\\..\\b', false],
  ['a\n', false],
] as const)('"%s" is a name: %s', ([text, isOne]) => {
  expect(isName(text)).toBe(isOne)
})

test('a name read as a path is itself', () => {
  const text = fc.stringMatching(/^[a-c./]{1,12}$/)
  fc.assert(
    fc.property(text, (name) => {
      if (isName(name)) expect(new URL(name, 'file:///projects/').pathname).toBe(`/projects/${name}`)
    }),
    { numRuns: 2_000 },
  )
})
