import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { SteadyLoad } from '../steady-load.ts'
import { routeTo } from '../testing.ts'
import { openPairWorld, type PairWorld } from './pair-world.ts'

const ANSWERS = ['blue', 'green']

test('promotions and swaps under load of every kind fail not one request, and cut no WebSocket before its grace', async () => {
  await using world = await openPairWorld({ pair: { graceMs: 60_000 } })
  await using load = new SteadyLoad(world.port, { answers: ANSWERS })
  for (let round = 1; round <= 10; round += 1) {
    const { requestCount } = load.report
    await world.promote(round % 2 === 0 ? 'blue' : 'green')
    if (round % 3 === 0) await world.gateway.configure(withRoutes(world.configuration, round))
    await eventually(() => load.report.requestCount).toBeGreaterThan(requestCount + 40)
  }
  const report = await load.stop()
  expect(report).toMatchObject({ failures: [], goneAwayCount: 0, endedStreamCount: 0 })
  expect(report.messageCount).toBeGreaterThan(20)
  expect(world.blue.heard.length + world.green.heard.length).toBeGreaterThanOrEqual(report.requestCount)
})

test('where the grace is short, WebSockets are told to go away and event streams end, and nothing fails', async () => {
  await using world = await openPairWorld({ pair: { graceMs: 300 } })
  await using load = new SteadyLoad(world.port, { answers: ANSWERS })
  for (let round = 1; round <= 4; round += 1) {
    const { goneAwayCount, endedStreamCount } = load.report
    await eventually(() => lasting(world)).toBeGreaterThanOrEqual(4)
    await eventually(() => load.report.eventCount).toBeGreaterThanOrEqual(round * 2)
    await world.promote(round % 2 === 0 ? 'blue' : 'green')
    await eventually(() => load.report.goneAwayCount).toBeGreaterThanOrEqual(goneAwayCount + 2)
    await eventually(() => load.report.endedStreamCount).toBeGreaterThanOrEqual(endedStreamCount + 2)
  }
  expect(await load.stop()).toMatchObject({ failures: [] })
})

/** What is open for long on the active half: both WebSockets and both event streams. */
function lasting({ gateway }: PairWorld): number {
  const [state] = gateway.upstreamStates()
  const target = state?.targets.find(({ half }) => half === state.active)
  return target?.webSocketCount === 2 ? target.usedCount : 0
}

/** The same, and a route that nobody asks for. */
function withRoutes<Configured extends { readonly routes: readonly object[] }>(
  configuration: Configured,
  round: number,
) {
  return { ...configuration, routes: [...configuration.routes, routeTo(`/round-${round}`, 1)] }
}
