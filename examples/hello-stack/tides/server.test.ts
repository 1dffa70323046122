import Type from 'typebox'
import { Parse } from 'typebox/value'
import { expect, test } from 'vitest'
import { startTides } from '../testing.ts'

const AT = '2026-03-01T12:00:00Z'

const Mark = Type.Object({ at: Type.String(), heightM: Type.Number() })
const Tide = Type.Object({
  heightM: Type.Number(),
  isRising: Type.Boolean(),
  turns: Type.Array(Type.Object({ kind: Type.String(), at: Type.String(), heightM: Type.Number() })),
  curve: Type.Array(Mark),
})

function askTide(origin: string, at: string): Promise<Response> {
  return fetch(`${origin}/api/tides?at=${encodeURIComponent(at)}`)
}

async function tideAt(origin: string, at: string) {
  return Parse(Tide, await (await askTide(origin, at)).json())
}

test('the tide is a curve of a day around the time, with the two turns that come next', async () => {
  await using tides = startTides()
  const body = await tideAt(await tides.origin(), AT)
  expect(body.curve).toHaveLength(97)
  expect([body.curve[0]?.at, body.curve.at(-1)?.at]).toEqual(['2026-03-01T06:00:00Z', '2026-03-02T06:00:00Z'])
  expect(body.curve[24]).toEqual({ at: AT, heightM: expect.closeTo(body.heightM, 1) })
  const [next, after] = body.turns
  expect(next?.kind).toBe(body.isRising ? 'high' : 'low')
  expect(after?.kind).toBe(body.isRising ? 'low' : 'high')
  expect(Date.parse(after?.at ?? '')).toBeGreaterThan(Date.parse(next?.at ?? ''))
})

test('a high water is a time at which the tide stops rising', async () => {
  await using tides = startTides()
  const origin = await tides.origin()
  const body = await tideAt(origin, AT)
  const high = body.turns.find((turn) => turn.kind === 'high')
  const around = (minutes: number) => new Date(Date.parse(high?.at ?? '') + minutes * 60_000).toISOString()
  expect((await tideAt(origin, around(-3))).isRising).toBe(true)
  expect((await tideAt(origin, around(3))).isRising).toBe(false)
})

test.for(['yesterday', '2026-03-01', '0001-01-01T00:00:00Z', '2026-03-01T12:00:00'])(
  '"%s" is refused as a time',
  async (at) => {
    await using tides = startTides()
    expect((await askTide(await tides.origin(), at)).status).toBe(400)
  },
)

test('several readers are served at a time over connections that stay open, and SIGTERM ends the process all the same', async () => {
  await using tides = startTides()
  const origin = await tides.origin()
  const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(`${origin}/api/tides`)))
  expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(200))
  await Promise.all(answers.map((answer) => answer.arrayBuffer()))
  expect(await (await fetch(`${origin}/health`)).json()).toEqual({ status: 'alive' })
  expect((await fetch(`${origin}/nowhere`)).status).toBe(404)
  expect(await tides.stop()).toBe(0)
})
