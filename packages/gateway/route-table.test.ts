import { expect, test } from 'vitest'
import { Clock } from './http1/clock.ts'
import type { GatewayRoute } from './route.ts'
import { routeTo } from './testing.ts'
import { Upstreams } from './upstreams/upstreams.ts'

const ROUTES = ['/', '/api', '/api/boards', '/ws'].map((path) => routeTo(path, 1))

function tableOf(routes: readonly GatewayRoute[]) {
  const limits = { headLimitBytes: 10_000, connectMs: 1_000, responseMs: 1_000, keptMs: 1_000 }
  return new Upstreams({ clock: new Clock(), ...limits, onEvent: () => undefined }).resolve({ routes })
}

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
  expect(tableOf(ROUTES).find(path)?.path).toBe(route)
  expect(tableOf(ROUTES.toReversed()).find(path)?.path).toBe(route)
})

test('a path that no prefix covers has no route', () => {
  expect(tableOf([routeTo('/api', 1)]).find('/apix')).toBeUndefined()
  expect(tableOf([]).find('/')).toBeUndefined()
})
