import { expect, test } from 'vitest'
import { readUntil, startClock } from '../testing.ts'

test('the clock says the time, and that it is alive', async () => {
  await using clock = startClock()
  const origin = await clock.origin()
  const reading: unknown = await (await fetch(`${origin}/api/clock`)).json()
  expect(reading).toMatchObject({ zone: expect.any(String), offsetMinutes: expect.any(Number), readerCount: 0 })
  expect(await (await fetch(`${origin}/health`)).json()).toEqual({ status: 'alive' })
})

test('its event stream ticks once a second, with the second as the id', async () => {
  await using clock = startClock()
  const answer = await fetch(`${await clock.origin()}/api/clock/events`)
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const text = await readUntil(answer, (soFar) => soFar.split('\n\n').length > 4)
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))
  // Never the same second twice; a machine that is busy elsewhere may miss one.
  const steps = ids.slice(1).map((id, index) => id - (ids[index] ?? 0))
  expect(steps.every((step) => step === 1 || step === 2)).toBe(true)
  expect(text).toMatch(/^event: tick$/m)
})

test.for([
  ['GET', '/nowhere', 404],
  ['POST', '/api/clock', 405],
] as const)('%s %s is answered with %i', async ([method, path, status]) => {
  await using clock = startClock()
  expect((await fetch(`${await clock.origin()}${path}`, { method })).status).toBe(status)
})

test('SIGTERM ends its streams and the process', async () => {
  await using clock = startClock()
  const answer = await fetch(`${await clock.origin()}/api/clock/events`)
  const text = readUntil(answer, () => false)
  expect(await clock.stop()).toBe(0)
  expect(await text).toContain('event: tick')
})
