import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestUpstream, routeTo } from './testing.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`

/** What the service is told, and what the log says. */
async function passThrough(headers: Readonly<Record<string, string>>, madeRatio = 0) {
  const lines: { traceId?: string; requestId: string }[] = []
  await using upstream = await openTestUpstream(({ headers: told }, response) => response.end(JSON.stringify(told)))
  await using gateway = await openTestGateway([routeTo('/', upstream.port)], {
    also: { tracing: { madeRatio } },
    writeLine: (line) => lines.push(JSON.parse(line)),
  })
  const answer = await fetch(gateway.url, { headers })
  const told: Readonly<Record<string, string>> = JSON.parse(await answer.text())
  await eventually(() => lines).toHaveLength(1)
  return { told, logged: lines[0], requestId: answer.headers.get('x-request-id') }
}

test('a trace that the client brings is passed on as it came, is in the log, and gives the request its id', async () => {
  const { told, logged, requestId } = await passThrough({ traceparent: PARENT, tracestate: 'vendor=1, other@x=a b' })
  expect(told).toMatchObject({ traceparent: PARENT, tracestate: 'vendor=1, other@x=a b', 'x-request-id': TRACE })
  expect([logged?.traceId, logged?.requestId, requestId]).toEqual([TRACE, TRACE, TRACE])
})

test('an id of the client’s own stays beside the trace', async () => {
  const { told, logged } = await passThrough({ traceparent: PARENT, 'x-request-id': 'request-1' })
  expect(told['x-request-id']).toBe('request-1')
  expect(logged).toMatchObject({ requestId: 'request-1', traceId: TRACE })
})

test.each([
  PARENT.replace('00-4', '00-Z'),
  PARENT.toUpperCase(),
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `ff-${TRACE}-00f067aa0ba902b7-01`,
  `${PARENT}-more`,
  `${PARENT}, ${PARENT}`,
  'x'.repeat(5_000),
])('a malformed traceparent is taken out with its state: %.60s', async (traceparent) => {
  const { told, logged } = await passThrough({ traceparent, tracestate: 'vendor=1' })
  expect([told.traceparent, told.tracestate, logged?.traceId]).toEqual([undefined, undefined, undefined])
})

test('a later version is read as far as this one goes', async () => {
  const { told, logged } = await passThrough({ traceparent: `01${PARENT.slice(2)}-more` })
  expect([told.traceparent, logged?.traceId]).toEqual([`01${PARENT.slice(2)}-more`, TRACE])
})

test.each([
  'no members',
  'a=1,a=2',
  'A=1',
  `a=${'x'.repeat(300)}`,
  Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(),
])('a malformed tracestate is taken out, and the trace goes on: %.40s', async (tracestate) => {
  const { told } = await passThrough({ traceparent: PARENT, tracestate })
  expect([told.traceparent, told.tracestate]).toEqual([PARENT, undefined])
})

test('where it is wished, one is made for a request that brings none', async () => {
  const { told, logged } = await passThrough({ traceparent: 'nonsense', tracestate: 'a=1' }, 1)
  expect(told.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(told.tracestate).toBeUndefined()
  expect(told.traceparent).toContain(logged?.traceId ?? 'none')
})
