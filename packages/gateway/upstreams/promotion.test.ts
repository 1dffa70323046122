import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { eventually } from '../eventually.ts'
import { RawClient } from '../testing.ts'
import { openPairWorld, type PairWorld } from './pair-world.ts'

async function openSocket({ port }: PairWorld): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
  await once(socket, 'open')
  return socket
}

async function openEvents({ port }: PairWorld): Promise<RawClient> {
  const client = await RawClient.open(port)
  client.say('GET /events HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => client.received).toContain('data: ')
  return client
}

async function said(socket: WebSocket): Promise<string> {
  const message = once(socket, 'message')
  socket.send('who?')
  return String((await message)[0])
}

test('a promotion counts from the next request on; WebSockets and event streams stay where they began', async () => {
  await using world = await openPairWorld()
  expect(await world.ask()).toBe('blue')
  const socket = await openSocket(world)
  await using stream = await openEvents(world)
  await world.promote('green')
  expect(await world.ask()).toBe('green')
  expect(await said(socket)).toBe('blue')
  expect(stream).toMatchObject({ end: 'open', received: expect.stringContaining('data: blue') })
  expect(world.gateway.upstreamStates()).toMatchObject([
    {
      name: 'worb',
      active: 'green',
      draining: { half: 'blue' },
      isOnProbation: true,
      targets: [
        { half: 'blue', usedCount: 2, keptCount: 0, webSocketCount: 1 },
        { half: 'green', usedCount: 0, keptCount: 1, requestCount: 1, failureCount: 0 },
      ],
    },
  ])
  expect(world.events).toEqual([{ type: 'promoted', upstream: 'worb', from: 'blue', to: 'green' }])
  socket.terminate()
})

test('when the grace is over a WebSocket is told so by 1001, and an event stream ends as if complete', async () => {
  await using world = await openPairWorld({ pair: { graceMs: 50 } })
  const socket = await openSocket(world)
  await using stream = await openEvents(world)
  const closed = once(socket, 'close')
  await world.promote('green')
  expect((await closed)[0]).toBe(1001)
  await eventually(() => stream.received).toMatch(/\r\n0\r\n\r\n$/)
  await eventually(() => world.events.at(-1)).toMatchObject({ type: 'drained', half: 'blue', closedCount: 2 })
})

test('a half that fails its check is not promoted, and everything stays as it was', async () => {
  await using world = await openPairWorld({ upstream: { health: { path: '/' } } })
  world.green.mode = 503
  await expect(world.promote('green')).rejects.toMatchObject({
    code: 'GATEWAY_PROMOTE_REFUSED',
    details: { upstream: 'worb', half: 'green', reason: '/ answered 503' },
  })
  expect(await world.ask()).toBe('blue')
}, 15_000)

test('a half that answers its check late is promoted when it does', async () => {
  await using world = await openPairWorld({ upstream: { health: { path: '/' } } })
  world.green.mode = 503
  const promoted = world.promote('green')
  await eventually(() => world.green.heard.length).toBeGreaterThan(1)
  expect(await world.ask()).toBe('blue')
  world.green.mode = 200
  await promoted
  expect(await world.ask()).toBe('green')
})

test('promotions in one moment have their turn one after the other', async () => {
  await using world = await openPairWorld()
  await Promise.all([world.promote('green'), world.promote('blue'), world.promote('green')])
  expect(await world.ask()).toBe('green')
  expect(world.events.map((event) => 'to' in event && event.to)).toEqual(['green', 'blue', 'green'])
})

test('a half that is promoted back while it drains keeps what it has, and gets what is new', async () => {
  await using world = await openPairWorld({ pair: { graceMs: 100 } })
  const blue = await openSocket(world)
  await world.promote('green')
  const green = await openSocket(world)
  const closed = once(green, 'close')
  await world.promote('blue')
  expect(await world.ask()).toBe('blue')
  expect((await closed)[0]).toBe(1001) // green's own grace; blue's had been called off by then
  expect(await said(blue)).toBe('blue')
  blue.terminate()
})

test('no half is active: 503 with a code, and when to come again', async () => {
  await using world = await openPairWorld()
  await world.promote(null)
  const answer = await fetch(world.url)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await answer.json()).toMatchObject({ code: 'GATEWAY_SLOT_EMPTY' })
})

test('a route that is taken away with an open stream leaves the stream alone', async () => {
  await using world = await openPairWorld()
  await using stream = await openEvents(world)
  const socket = await openSocket(world)
  await world.gateway.configure({ ...world.configuration, routes: [], upstreams: [] })
  expect((await fetch(world.url)).status).toBe(404)
  expect(await said(socket)).toBe('blue')
  expect(stream.end).toBe('open')
  expect(world.gateway.upstreamStates()).toEqual([])
  socket.terminate()
})
