import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalisePath } from './path.ts'

test.for([
  ['/', '/'],
  ['/api', '/api'],
  ['/api/', '/api/'],
  ['/api/./x', '/api/x'],
  ['/api/../x', '/x'],
  ['/api/x/..', '/api/'],
  ['/api/..', '/'],
  ['/api/.', '/api/'],
  ['/api/%2e%2E/x', '/x'],
  ['/%61pi', '/api'],
  ['//api///x//', '/api/x/'],
  ['/a//../b', '/b'],
  ['/api%2fx', '/api%2Fx'],
  ['/public/..%2f..%2fadmin', '/public/..%2F..%2Fadmin'],
  ['/%252e%252e/x', '/%252e%252e/x'],
  ['/%ea%b0%80', '/%EA%B0%80'],
  ['/...', '/...'],
  ['/a;b=c', '/a;b=c'],
] as const)('%s becomes %s', ([path, normalised]) => {
  expect(normalisePath(path)).toBe(normalised)
})

test.for(['', 'api', '*', '/%', '/%2', '/%zz', '/%00', '/a\\b', '/..', '/a/../../b', '/%2e%2e', '/ü', '/a b', '/a#b'])(
  '"%s" is refused',
  (path) => {
    expect(() => normalisePath(path)).toThrow(expect.objectContaining({ code: 'GATEWAY_BAD_REQUEST', status: 400 }))
  },
)

test('a normalised path normalises to itself and has no dot segment or empty segment', () => {
  const piece = fc.constantFrom('/', '.', '..', 'a', 'api', '%2e', '%2E', '%2f', '%25', '%61', '%c3', ';', '~')
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      let normalised: string
      try {
        normalised = normalisePath(`/${pieces.join('')}`)
      } catch {
        return // a refused path is forwarded nowhere
      }
      expect(normalisePath(normalised)).toBe(normalised)
      expect(normalised).not.toMatch(/\/\/|\/\.\.?(\/|$)|%2e/i)
    }),
  )
})
