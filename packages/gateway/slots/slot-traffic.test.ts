import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestHalf } from '../upstreams/pair-world.ts'
import { openSlotWorld } from './slot-world.ts'

const postgres = await openTestPostgres()
afterAll(() => postgres[Symbol.asyncDispose]())

test('a promotion in the registry moves the traffic, and so does a roll-back', async () => {
  await using world = await openSlotWorld(postgres)
  await using following = await world.follow()
  expect((await fetch(`http://127.0.0.1:${following.port}/`)).status).toBe(503)
  await world.deploy('1.0.0')
  await world.promote()
  await eventually(following.active).toBe('blue')
  expect(await following.ask()).toBe('blue')
  await world.deploy('2.0.0')
  await world.promote()
  await eventually(following.active).toBe('green')
  expect(await following.ask()).toBe('green')
  await world.rollBack()
  await eventually(following.active).toBe('blue')
  expect(following.gateway.upstreamStates()).toMatchObject([{ targets: [{ version: '1.0.0' }, { version: '2.0.0' }] }])
})

test('a half that dies after its promotion is rolled back here and in the registry; its next version is promoted', async () => {
  await using world = await openSlotWorld(postgres)
  await world.deploy('1.0.0')
  await world.promote()
  await world.deploy('2.0.0')
  await using following = await world.follow()
  await world.promote()
  await eventually(following.active).toBe('green')
  await world.green.kill()
  for (let count = 0; count < 5; count += 1) expect(await following.ask({ method: 'POST', body: 'x' })).toBe('blue')
  await eventually(async () => (await world.slots())?.active).toBe('blue')
  const { events } = await world.registry.call('port_history', {})
  expect(events.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('the gateway went back: '))
  expect(following.active()).toBe('blue')
  await world.clear('green')
  await world.deploy('3.0.0')
  await using _ = await openTestHalf('green again', world.green.port)
  await world.promote()
  await eventually(() => following.ask()).toBe('green again')
})

test('a half that is promoted in the registry but does not work is turned back', async () => {
  await using world = await openSlotWorld(postgres)
  await world.deploy('1.0.0')
  await world.promote()
  await using following = await world.follow()
  await world.green.kill()
  await world.deploy('2.0.0')
  await world.promote()
  await eventually(async () => (await world.slots())?.active).toBe('blue')
  expect(await following.ask()).toBe('blue')
})

test('while the registry is away the last known slots count, and for a gateway that starts then as well', async () => {
  await using world = await openSlotWorld(postgres)
  await world.deploy('1.0.0')
  await world.promote()
  {
    await using following = await world.follow()
    expect(await following.ask()).toBe('blue')
  }
  await using again = await world.follow({ url: 'http://127.0.0.1:1' })
  expect(await again.ask()).toBe('blue')
})

test('a deployment without a grace, which ends what was active at once, costs no request', async () => {
  await using world = await openSlotWorld(postgres)
  await world.deploy('1.0.0')
  await world.promote()
  await using following = await world.follow()
  expect(await following.ask()).toBe('blue')
  await world.deploy('2.0.0')
  await world.registry.call('slot_promote', { project: 'worb', environment: 'production', graceMs: 0 })
  await world.blue.kill()
  expect(await Promise.all([following.ask(), following.ask({ method: 'POST', body: 'x' })])).toEqual(['green', 'green'])
})

test('where the gateway may only look at the registry, it goes back all the same', async () => {
  await using world = await openSlotWorld(postgres)
  await world.deploy('1.0.0')
  await world.promote()
  await world.deploy('2.0.0')
  const key = await world.registry.makeKey({ name: 'gateway', role: 'read', projects: ['worb'] })
  await using following = await world.follow({ key })
  await world.promote()
  await eventually(following.active).toBe('green')
  await world.green.kill()
  for (let count = 0; count < 5; count += 1) expect(await following.ask()).toBe('blue')
  await eventually(() => following.events.map(({ type }) => type)).toContain('rolled-back')
  expect((await world.slots())?.active).toBe('green')
  expect([following.active(), await following.ask()]).toEqual(['blue', 'blue'])
})
