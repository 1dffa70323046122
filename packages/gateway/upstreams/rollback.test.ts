import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openPairWorld } from './pair-world.ts'

test('a promoted half that dies loses no request that can be sent again, and is rolled back', async () => {
  await using world = await openPairWorld()
  await world.promote('green')
  await world.green.kill()
  for (let count = 0; count < 10; count += 1) {
    const method = count % 2 === 0 ? 'GET' : 'POST'
    const body = method === 'POST' ? { body: `order ${count}` } : {}
    expect(await world.ask('/', { method, ...body })).toBe('blue')
  }
  await eventually(() => world.events.at(-1)).toMatchObject({ type: 'rolled-back', from: 'green', to: 'blue' })
  expect(world.gateway.upstreamStates()).toMatchObject([{ active: 'blue', isOnProbation: false }])
  expect(world.blue.heard).toContain('POST order 9')
  // The same configuration once more is no promotion; the other one and this one again is.
  await world.promote('green')
  expect(await world.ask()).toBe('blue')
})

test('a promoted half that dies while nobody asks for anything is rolled back, too', async () => {
  await using world = await openPairWorld({ pair: { rollback: { windowMs: 1_000 } } })
  await world.promote('green')
  await world.green.kill()
  await eventually(() => world.events.at(-1)).toMatchObject({
    type: 'rolled-back',
    reason: '3 checks in a row failed: nothing listens there',
  })
})

test('a promoted half whose answers are errors is rolled back, with the shares before and after', async () => {
  await using world = await openPairWorld()
  for (let count = 0; count < 20; count += 1) await world.ask()
  await world.promote('green')
  world.green.mode = 500
  for (let count = 0; count < 20; count += 1) await world.ask()
  await eventually(() => world.events.at(-1)).toMatchObject({
    type: 'rolled-back',
    reason: '100 % of its 20 requests failed, before it 0 % did',
  })
  expect(await world.ask()).toBe('blue')
})

test('what the half before failed at as well is no reason to go back', async () => {
  await using world = await openPairWorld({ pair: { rollback: { windowMs: 500 } } })
  world.blue.mode = 500
  world.green.mode = 500
  for (let count = 0; count < 20; count += 1) await world.ask()
  await world.promote('green')
  for (let count = 0; count < 20; count += 1) await world.ask()
  await eventually(() => world.gateway.upstreamStates()).toMatchObject([{ active: 'green', isOnProbation: false }])
  expect(world.events.map(({ type }) => type)).toEqual(['promoted'])
})

test('when both halves are dead nothing is rolled back, which is said', async () => {
  await using world = await openPairWorld({ pair: { rollback: { windowMs: 1_000 } } })
  await world.promote('green')
  await Promise.all([world.blue.kill(), world.green.kill()])
  const answer = await fetch(world.url)
  expect([answer.status, await answer.json()]).toMatchObject([502, { code: 'GATEWAY_UPSTREAM_UNREACHABLE' }])
  await eventually(() => world.events.map(({ type }) => type)).toContain('rollback-impossible')
  expect(world.gateway.upstreamStates()).toMatchObject([{ active: 'green' }])
})
