import { errorCode } from '@portolan/errors'
import { expect, test } from 'vitest'
import { Limits } from './limits.ts'
import type { LimitsSetting } from './limits-configuration.ts'
import { SpendingExchange } from './spending.ts'
import type { Visit } from './visit.ts'

const ROUTES = [{ path: '/api' }, { path: '/export', limits: { requestsPerSecond: 1, burst: 2 } }]

function limitsWith(setting: LimitsSetting, workerCount = 1): Limits {
  const limits = new Limits({ workerCount })
  limits.configure({ exempt: [], ...setting }, ROUTES)
  return limits
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return errorCode(error)
  }
}

/** How many of so many requests at one moment are let in. */
function admitted(limits: Limits, { address = '192.0.2.1', count = 100, nowMs = 0 }): number {
  const visits: Visit[] = []
  for (let index = 0; index < count; index += 1) {
    const code = codeOf(() => visits.push(limits.arrive(limits.clientOf(address), nowMs)))
    if (code !== undefined) expect(code).toBe('GATEWAY_RATE_EXCEEDED')
  }
  for (const visit of visits) limits.leave(visit)
  return visits.length
}

test('a client has its burst at once and then its rate, and nobody else pays for it', () => {
  const limits = limitsWith({ client: { requestsPerSecond: 10, burst: 20 } })
  expect(admitted(limits, {})).toBe(20)
  expect(admitted(limits, { nowMs: 500 })).toBe(5)
  expect(admitted(limits, { nowMs: 60_000 })).toBe(20)
  expect(admitted(limits, { address: '192.0.2.2' })).toBe(20)
})

test('addresses of one /64 are one client', () => {
  const limits = limitsWith({ client: { requestsPerSecond: 10, burst: 20 } })
  expect(admitted(limits, { address: '2001:db8::1' })).toBe(20)
  expect(admitted(limits, { address: '2001:db8::ffff' })).toBe(0)
})

test('a clock that goes back by an hour locks nobody out and gives nobody more', () => {
  const limits = limitsWith({ client: { requestsPerSecond: 10, burst: 20 } })
  expect(admitted(limits, { nowMs: 3_600_000 })).toBe(20)
  expect(admitted(limits, { nowMs: 0 })).toBe(0)
  expect(admitted(limits, { nowMs: 1_000 })).toBe(10)
})

test('ten thousand clients, each within its limit, leave nothing behind', () => {
  const limits = limitsWith({})
  for (let index = 0; index < 10_000; index += 1) {
    admitted(limits, { address: `198.51.${index >> 8}.${index & 255}`, count: 3 })
  }
  expect(limits.accountCount).toBe(10_000)
  limits.sweep(60_000)
  expect(limits.accountCount).toBe(0)
})

test('requests at once are counted until they end or become a stream', () => {
  const limits = limitsWith({ client: { requestsAtOnce: 2 } })
  const client = limits.clientOf('192.0.2.1')
  const [first] = [limits.arrive(client, 0), limits.arrive(client, 0)]
  expect(codeOf(() => limits.arrive(client, 0))).toBe('GATEWAY_TOO_MANY_AT_ONCE')
  limits.leave(first)
  limits.leave(first)
  expect(codeOf(() => limits.arrive(client, 0))).toBeUndefined()
  expect(codeOf(() => limits.arrive(client, 0))).toBe('GATEWAY_TOO_MANY_AT_ONCE')
})

test('a route and a workspace have limits of their own, over all clients', () => {
  const limits = limitsWith({ workspace: { requestsPerSecond: 1, burst: 3 } })
  const ask = (place: { route: string; workspace?: string }, address: string) =>
    codeOf(() => limits.assign(limits.arrive(limits.clientOf(address), 0), place, 0))
  expect(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => ask({ route: '/export' }, address))).toEqual([
    undefined,
    undefined,
    'GATEWAY_RATE_EXCEEDED',
  ])
  const place = { route: '3000-harbour', workspace: 'harbour' }
  expect([1, 2, 3, 4].map((last) => ask(place, `192.0.2.${last}`)).at(-1)).toBe('GATEWAY_RATE_EXCEEDED')
  expect(ask({ route: '3000-other', workspace: 'other' }, '192.0.2.1')).toBeUndefined()
})

test('exempt addresses are not limited, and "false" limits nobody', () => {
  const limits = limitsWith({ client: { requestsPerSecond: 1, burst: 1 }, exempt: ['192.0.2.0/24'] })
  expect(admitted(limits, {})).toBe(100)
  limits.configure(false, ROUTES)
  expect(admitted(limits, { address: '198.51.100.1' })).toBe(100)
})

test('connections are refused over the limit of a client and over that of the whole', () => {
  const limits = limitsWith({ client: { connections: 2 }, whole: { connections: 3 } })
  const [one, other] = [limits.clientOf('192.0.2.1'), limits.clientOf('192.0.2.2')]
  expect([limits.connect(one, 0), limits.connect(one, 0)]).toEqual([undefined, undefined])
  expect(limits.connect(one, 0)?.code).toBe('GATEWAY_TOO_MANY_CONNECTIONS')
  expect(limits.connect(other, 0)).toBeUndefined()
  expect(limits.connect(other, 0)?.code).toBe('GATEWAY_CONNECTIONS_EXHAUSTED')
  limits.disconnect(one)
  expect(limits.connect(other, 0)).toBeUndefined()
})

test('workers that tell each other keep a client to its rate, after what it could take before they had', () => {
  const workers = Array.from({ length: 4 }, () => limitsWith({ client: { requestsPerSecond: 10, burst: 20 } }, 4))
  const exchange = new SpendingExchange()
  for (const index of workers.keys()) exchange.join(index)
  let total = 0
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 250) {
    for (const worker of workers) total += admitted(worker, { count: 10, nowMs })
    for (const [index, worker] of workers.entries()) exchange.take(index, worker.spent())
    for (const [index, worker] of workers.entries()) worker.charge(exchange.give(index), nowMs)
  }
  // A burst, a minute at the rate, and once (4 - 1) × (burst + rate × 0.25 s) too many: which is paid back.
  expect(total).toBeGreaterThan(500)
  expect(total).toBeLessThanOrEqual(20 + 600 + 3 * (20 + 2.5))
})

test('what is open in other workers counts, until they have gone', () => {
  const [one, other] = [
    limitsWith({ client: { requestsAtOnce: 2 } }, 2),
    limitsWith({ client: { requestsAtOnce: 2 } }, 2),
  ]
  const exchange = new SpendingExchange()
  exchange.join(1)
  exchange.join(2)
  other.arrive(other.clientOf('192.0.2.1'), 0)
  other.arrive(other.clientOf('192.0.2.1'), 0)
  exchange.take(2, other.spent())
  one.charge(exchange.give(1), 0)
  expect(codeOf(() => one.arrive(one.clientOf('192.0.2.1'), 0))).toBe('GATEWAY_TOO_MANY_AT_ONCE')
  exchange.leave(2)
  one.charge(exchange.give(1), 0)
  expect(codeOf(() => one.arrive(one.clientOf('192.0.2.1'), 0))).toBeUndefined()
})

test('under too much load new requests are refused with a reason', () => {
  let lagMs = 0
  const limits = new Limits({ measureLoad: () => ({ lagMs, memoryRatio: 0.1 }) })
  lagMs = 10_000
  for (let nowMs = 1_000; nowMs < 6_000; nowMs += 500) limits.sweep(nowMs)
  expect(limits.shedding).toMatchObject({ ratio: 1, reason: 'lag' })
  expect(codeOf(() => limits.arrive(limits.clientOf('192.0.2.1'), 6_000))).toBe('GATEWAY_OVERLOADED')
})

test('the first request of a client is let in at whatever moment it comes', () => {
  for (let count = 0; count < 2_000; count += 1) {
    const limits = limitsWith({ client: { requestsPerSecond: 3, burst: 7 } })
    expect(admitted(limits, { count: 7, nowMs: Math.random() * 1e7 })).toBe(7)
  }
})

test('what lasts is counted by itself, for its client and its workspace, in all workers', () => {
  const setting = { client: { lasting: 2 }, workspace: { lasting: 3 } }
  const [one, other] = [limitsWith(setting, 2), limitsWith(setting, 2)]
  const exchange = new SpendingExchange()
  exchange.join(1)
  exchange.join(2)
  const lastingAt = (limits: Limits, address: string) => {
    const visit = limits.arrive(limits.clientOf(address), 0)
    limits.assign(visit, { route: '3000-harbour', workspace: 'harbour' }, 0)
    limits.enter(visit, 0)
    return { visit, code: codeOf(() => limits.last(visit)) }
  }
  const first = lastingAt(one, '192.0.2.1')
  const codes = [first.code, lastingAt(one, '192.0.2.1').code, lastingAt(one, '192.0.2.1').code]
  expect(codes).toEqual([undefined, undefined, 'GATEWAY_TOO_MANY_LASTING'])
  exchange.take(1, one.spent())
  other.charge(exchange.give(2), 0)
  expect(lastingAt(other, '192.0.2.1').code).toBe('GATEWAY_TOO_MANY_LASTING')
  expect(lastingAt(other, '192.0.2.2').code).toBeUndefined()
  expect(lastingAt(other, '192.0.2.3').code).toBe('GATEWAY_TOO_MANY_LASTING')
  one.leave(first.visit)
  one.leave(first.visit)
  expect(lastingAt(one, '192.0.2.1').code).toBeUndefined()
  expect(lastingAt(one, '192.0.2.1').code).toBe('GATEWAY_TOO_MANY_LASTING')
})
