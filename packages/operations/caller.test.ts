import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coversProject, hasRole, ownerOf } from './caller.ts'

function covers(pattern: string, project: string): boolean {
  return coversProject({ name: 'k', role: 'read', projects: [pattern] }, project)
}

test.for([
  ['worb', 'worb', true],
  ['worb', 'worb-2', false],
  ['worb', 'my-worb', false],
  ['*', 'anything', true],
  ['web-*', 'web-shop', true],
  ['web-*', 'web-', true],
  ['web-*', 'web', false],
  ['*-prod', 'a-prod', true],
  ['*-prod', 'a-prod-b', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c', false],
  ['w.rb', 'worb', false],
] as const)('the pattern "%s" and the project "%s": %s', ([pattern, project, isCovered]) => {
  expect(covers(pattern, project)).toBe(isCovered)
})

test('a pattern covers what it becomes when its stars are filled, and a plain name itself alone', () => {
  const part = fc.stringMatching(/^[a-z0-9-]{0,5}$/)
  fc.assert(
    fc.property(fc.array(part, { minLength: 2, maxLength: 6 }), part, (parts, filling) => {
      expect(covers(parts.join('*'), parts.join(filling))).toBe(true)
      expect(covers(parts.join(''), `${parts.join('')}${filling}`)).toBe(filling === '')
    }),
  )
})

test('a long pattern of stars is answered at once', () => {
  const beganAtMs = performance.now()
  expect(covers(`${'*a'.repeat(50)}b`, 'a'.repeat(100))).toBe(false)
  expect(performance.now() - beganAtMs).toBeLessThan(100)
})

test('an owner may everything', () => {
  expect([hasRole(ownerOf('me'), 'admin'), coversProject(ownerOf('me'), 'any')]).toEqual([true, true])
})
