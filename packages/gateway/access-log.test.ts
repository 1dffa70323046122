import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AccessEntry, accessLine, DEFAULT_ACCESS_LOG, isWritten } from './access-log.ts'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from './testing.ts'

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

test('a flood of refused requests does not flood the log, which says how many lines are left out', async () => {
  const lines: string[] = []
  const notes: string[] = []
  let leftOutCount = 0
  const logger = {
    info: (_: object, message: string) => message === 'bytes refused' && notes.push(message),
    warn: (fields: object, message: string) => {
      if ('lineCount' in fields) leftOutCount += Number(fields.lineCount)
      else if (message === 'request failed') notes.push(message)
    },
    error: () => undefined,
  }
  await using gateway = await openTestGateway([routeTo('/api', await closedPort())], {
    logger,
    writeLine: (line) => lines.push(line),
  })
  const startedMs = performance.now()
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 100 }, async () => (await fetch(`${gateway.url}/none`)).arrayBuffer()))
    await Promise.all(Array.from({ length: 50 }, async () => (await fetch(`${gateway.url}/api`)).arrayBuffer()))
    await Promise.all(Array.from({ length: 50 }, () => sayNonsense(gateway.port)))
  }
  const counts = { GATEWAY_NO_ROUTE: 1_000, GATEWAY_BAD_REQUEST: 500 }
  await eventually(() => gateway.gateway.snapshot().refusals).toMatchObject(counts)
  const seconds = Math.ceil((performance.now() - startedMs) / 1_000)
  for (const written of [lines, notes]) {
    expect(written.length).toBeLessThanOrEqual(200 * (seconds + 1))
    expect(written.length).toBeGreaterThanOrEqual(200)
  }
  // One line for each of the 1,500 requests, and a note for each of the 500 failures and of the 500 that are none.
  await eventually(() => leftOutCount + lines.length + notes.length).toBe(2_500)
})

async function sayNonsense(port: number): Promise<void> {
  await using client = await RawClient.open(port)
  client.say('no request\r\n\r\n')
  await eventually(() => client.received).toContain('400')
}

async function closedPort(): Promise<number> {
  await using upstream = await openTestUpstream(() => undefined)
  return upstream.port
}
