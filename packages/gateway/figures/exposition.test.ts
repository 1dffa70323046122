import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestGateway, openTestUpstream, routeTo } from '../testing.ts'
import { exposition } from './exposition.ts'
import { type GatewaySnapshot, mergeSnapshots } from './snapshot.ts'
import { Trend } from './trend.ts'

async function takeSnapshot(requests: readonly string[]): Promise<GatewaySnapshot> {
  await using upstream = await openTestUpstream((_request, response) => response.end('12345'))
  const also = { stack: 'an "odd" name\\' }
  await using gateway = await openTestGateway([routeTo('/api', upstream.port)], { also })
  for (const path of requests) await (await fetch(`${gateway.url}${path}`)).arrayBuffer()
  await eventually(() => gateway.gateway.snapshot().requestCount).toBe(0)
  return gateway.gateway.snapshot()
}

/** Value by series, of the lines of the text format. */
function seriesOf(exposed: string): ReadonlyMap<string, number> {
  const lines = exposed.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const match = /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (-?[0-9.e+-]+)$/.exec(line)
      expect(match, line).not.toBeNull()
      return [match?.[1] ?? '', Number(match?.[2])]
    }),
  )
}

test('requests are counted by route, method and status, with their content and how long they took', async () => {
  const series = seriesOf(exposition(await takeSnapshot(['/api/1', '/api/2', '/none'])))
  const at = (name: string) => series.get(`portolan_gateway_${name}`)
  expect(at('requests_total{route="/api",method="GET",status="2xx"}')).toBe(2)
  expect(at('requests_total{route="none",method="GET",status="4xx"}')).toBe(1)
  expect(at('sent_bytes_total{route="/api"}')).toBe(10)
  expect(at('refusals_total{code="GATEWAY_NO_ROUTE"}')).toBe(1)
  expect(at('request_duration_seconds_count{route="/api"}')).toBe(2)
  expect(at('request_duration_seconds_bucket{route="/api",le="+Inf"}')).toBe(2)
  expect(at('upstream_duration_seconds_count{route="/api"}')).toBe(2)
  expect(at('connections_total{protocol="h1"}')).toBeGreaterThan(0)
  expect([...series.keys()].filter((name) => name.startsWith('portolan_gateway_upstream_available'))).toHaveLength(1)
})

test('the buckets of a histogram never fall, and each is told once', async () => {
  const exposed = exposition(await takeSnapshot(['/api']))
  const buckets = [...seriesOf(exposed)].filter(([name]) =>
    name.includes('request_duration_seconds_bucket{route="/api"'),
  )
  const counts = buckets.map(([, count]) => count)
  expect(counts).toEqual(counts.toSorted((one, other) => one - other))
  const names = exposed.split('\n').filter((line) => line.startsWith('# TYPE'))
  expect(new Set(names).size).toBe(names.length)
})

test('workers’ figures add up', async () => {
  const snapshot = await takeSnapshot(['/api/1', '/none'])
  const merged = mergeSnapshots([snapshot, snapshot, snapshot])
  expect(JSON.parse(JSON.stringify(merged))).toEqual(merged)
  const series = seriesOf(exposition(merged))
  expect(series.get('portolan_gateway_requests_total{route="/api",method="GET",status="2xx"}')).toBe(3)
  expect(series.get('portolan_gateway_request_duration_seconds_count{route="/api"}')).toBe(3)
  expect(series.get('portolan_gateway_workers')).toBe(3)
  expect(() => mergeSnapshots([])).toThrow(RangeError)
})

test('rates are of what came since the last minute, and start anew with new processes', async () => {
  const before = await takeSnapshot(['/api'])
  const [route] = before.routes
  if (route === undefined) throw new Error('there is no route')
  const later = {
    ...before,
    takenAtMs: before.takenAtMs + 10_000,
    routes: [{ ...route, counts: route.counts.map((one) => one * 101) }],
  }
  const trend = new Trend()
  trend.add(before)
  expect(trend.status(later)).toMatchObject({ windowSeconds: 10, routes: [{ path: '/api', requestsPerSecond: 10 }] })
  const fewer = { ...later, routes: [{ ...route, counts: route.counts.map(() => 0) }] }
  expect(trend.status(fewer).requestsPerSecond).toBe(0)
})

test('promtool finds nothing to say about it', async ({ skip }) => {
  const child = spawn('promtool', ['check', 'metrics'], { stdio: 'pipe' })
  const hasStarted = await once(child, 'spawn').then(
    () => true,
    () => false,
  )
  if (!hasStarted) return skip('promtool is not installed: the text is held against its grammar alone')
  child.stdin.end(exposition(await takeSnapshot(['/api', '/none'])))
  expect([await text(child.stdout), await text(child.stderr)]).toEqual(['', ''])
})
