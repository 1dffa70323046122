import { expect, test } from 'vitest'
import { rateExceeded, tooManyAtOnce } from './limit-errors.ts'
import { Limits } from './limits.ts'
import { RateRule } from './rate-rule.ts'

test('a refusal names the limit that was met: the route’s own where it has one', () => {
  const own = { path: '/api', limits: { requestsAtOnce: 3 } }
  expect(tooManyAtOnce({ limited: 'route', own }, 3).message).toContain(
    'raise "limits.requestsAtOnce" of the route "/api"',
  )
  const rule = new RateRule(2, 10)
  expect(rateExceeded({ limited: 'route', own }, rule, 1).message).toContain('raise "limits.route.requestsPerSecond"')
  expect(rateExceeded({ limited: 'client' }, rule, 1).message).toContain('raise "limits.client.requestsPerSecond"')
  expect(tooManyAtOnce({ limited: 'client' }, 1).message).toContain('More than "1" request of one client address')
})

test('a route that has limits of its own is told by them', () => {
  const limits = new Limits()
  limits.configure({ exempt: [] }, [{ path: '/api', limits: { requestsAtOnce: 1 } }])
  const visit = () => limits.arrive(limits.clientOf('192.0.2.1'), 1_000)
  limits.assign(visit(), { route: '/api' }, 1_000)
  expect(() => limits.assign(visit(), { route: '/api' }, 1_000)).toThrow('"limits.requestsAtOnce" of the route "/api"')
})
