import { expect, test } from 'vitest'
import { matchRoute } from './route.ts'
import { routeTo } from './testing.ts'

const ROUTES = ['/', '/api', '/api/boards', '/ws'].map((path) => routeTo(path, 1))

test.for([
  ['/', '/'],
  ['/x', '/'],
  ['/api', '/api'],
  ['/api/', '/api'],
  ['/api/x', '/api'],
  ['/apix', '/'],
  ['/api/boards', '/api/boards'],
  ['/api/boards/7', '/api/boards'],
  ['/api/boardsx', '/api'],
  ['/API', '/'],
  ['/api%2Fboards', '/'],
] as const)('%s is led by the route %s', ([path, route]) => {
  expect(matchRoute(ROUTES, path)?.path).toBe(route)
  expect(matchRoute(ROUTES.toReversed(), path)?.path).toBe(route)
})

test('a path that no prefix covers has no route', () => {
  expect(matchRoute([routeTo('/api', 1)], '/apix')).toBeUndefined()
  expect(matchRoute([], '/')).toBeUndefined()
})
