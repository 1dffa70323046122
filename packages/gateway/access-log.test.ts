import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AccessEntry, accessLine, DEFAULT_ACCESS_LOG, isWritten } from './access-log.ts'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestUpstream, routeTo } from './testing.ts'

const PLAIN: AccessEntry = {
  requestId: 'request-1',
  traceId: undefined,
  method: 'GET',
  route: '/api',
  service: 'board',
  status: 200,
  durationMs: 3.4,
  upstreamMs: 2.6,
  receivedBytes: 0,
  sentBytes: 5,
  outcome: 'complete',
  code: undefined,
}

test('whatever a service or a route is called, the line is JSON and says the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (service, route) => {
      const line = accessLine({ ...PLAIN, service, route }, 1)
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(JSON.parse(line)).toMatchObject({
        service,
        route,
        durationMs: 3,
        upstreamMs: 3,
        sentBytes: 5,
        msg: 'request',
      })
    }),
  )
})

test.each<[Partial<AccessEntry>, boolean]>([
  [{}, false],
  [{ status: 404 }, false],
  [{ status: 500 }, true],
  [{ code: 'GATEWAY_NO_ROUTE', status: 404 }, true],
  [{ outcome: 'client-gone' }, true],
  [{ durationMs: 1_000 }, true],
])('with a share of none, %j is written: %s', (change, written) => {
  expect(isWritten({ ...PLAIN, ...change }, { ...DEFAULT_ACCESS_LOG, shareRatio: 0 }, 0.5)).toBe(written)
})

test('a share of the plain requests is written', () => {
  const settings = { ...DEFAULT_ACCESS_LOG, shareRatio: 0.25 }
  expect([0, 0.24, 0.25, 0.99].map((chance) => isWritten(PLAIN, settings, chance))).toEqual([true, true, false, false])
})

test('a flood of refused requests does not flood the log', async () => {
  const lines: string[] = []
  await using upstream = await openTestUpstream((_request, response) => response.end())
  await using gateway = await openTestGateway([routeTo('/api', upstream.port)], {
    writeLine: (line) => lines.push(line),
  })
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 100 }, async () => (await fetch(`${gateway.url}/none`)).arrayBuffer()))
  }
  await eventually(() => gateway.gateway.snapshot().refusals).toEqual({ GATEWAY_NO_ROUTE: 1_000 })
  const seconds = new Set(lines.map((line) => Math.floor(Number(JSON.parse(line).time) / 1_000))).size
  expect(lines.length).toBeLessThanOrEqual(200 * (seconds + 1))
  expect(lines.length).toBeGreaterThanOrEqual(200)
})
