import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestPostgres, type TestPostgres } from '@portolan/postgres/testing'
import { openTestRegistryServer, type TestRegistryServer } from '@portolan/registry-server/testing'
import { afterAll, expect, test } from 'vitest'
import type { GatewayConfiguration } from '../configuration.ts'
import { eventually } from '../eventually.ts'
import { openGateway } from '../gateway.ts'
import type { GatewayLogger } from '../log.ts'
import { routeTo } from '../testing.ts'
import { openTestHalf } from '../upstreams/pair-world.ts'
import type { PairDeclaration } from '../upstreams/upstream-declaration.ts'
import type { UpstreamEvent } from '../upstreams/upstream-event.ts'
import { SlotTraffic } from './slot-traffic.ts'

const NAMING = { project: 'worb', environment: 'production' } as const
const TIMES = { lookMs: 30, awayMs: 50, answerMs: 5_000 } as const

/** A pair that the registry has claimed, with a service in each half; nothing is deployed yet. */
async function openSlotWorld(postgres: TestPostgres) {
  await using releasers = new AsyncDisposableStack()
  const registry = releasers.use(await openTestRegistryServer(postgres))
  const first = await freePair()
  const blue = releasers.use(await openTestHalf('blue', first))
  const green = releasers.use(await openTestHalf('green', first + 1))
  await registry.call('port_register', { ...NAMING, blue: first, evenIfOutOfBand: true })
  const folder = await mkdtemp(join(tmpdir(), 'portolan-slots-'))
  releasers.defer(() => rm(folder, { recursive: true }))
  const owned = releasers.move()
  return {
    registry,
    blue,
    green,
    deploy: (version: string) => registry.call('slot_deploy', { ...NAMING, version }),
    promote: () => registry.call('slot_promote', { ...NAMING }),
    rollBack: () => registry.call('slot_rollback', { ...NAMING }),
    clear: (half: 'blue' | 'green') => registry.call('slot_clear', { ...NAMING, half }),
    slots: async () => (await registry.call('slot_list', { ...NAMING })).slots[0],
    follow: (options: FollowOptions = {}) => openFollowing(registry, join(folder, 'slots'), options),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

interface FollowOptions {
  readonly pair?: Partial<PairDeclaration>
  readonly url?: string
  readonly key?: string
  readonly logger?: GatewayLogger
}

async function openFollowing(server: TestRegistryServer, memoryPath: string, options: FollowOptions) {
  const { pair, url = server.url, key = server.adminKey, logger = { info() {}, warn() {}, error() {} } } = options
  const events: UpstreamEvent[] = []
  const configuration = {
    stack: 'test',
    workers: 1,
    domains: ['*'],
    trustedProxies: [],
    listeners: [{ name: 'http', address: '127.0.0.1', port: 0 }],
    routes: [{ ...routeTo('/', 1, { service: 'worb', websocket: true }), target: { upstream: 'worb' } }],
    upstreams: [{ name: 'worb', pair: { active: null, slots: { ...NAMING, address: '127.0.0.1' }, ...pair } }],
  }
  const apply = (next: GatewayConfiguration) => gateway.configure(next)
  const traffic = new SlotTraffic(configuration, { logger, registry: { url, key }, memoryPath, apply, times: TIMES })
  const gateway = await openGateway(await traffic.begin(), {
    logger,
    signal: AbortSignal.timeout(10_000),
    onUpstreamEvent: (event) => {
      events.push(event)
      void traffic.takeEvent(event) // it does not reject
    },
  })
  await traffic.serve()
  const port = gateway.addresses[0]?.port ?? 0
  return {
    gateway,
    events,
    port,
    ask: async (init: RequestInit = {}) => (await fetch(`http://127.0.0.1:${port}/`, init)).text(),
    active: () => gateway.upstreamStates()[0]?.active,
    [Symbol.asyncDispose]: async () => {
      await traffic.close()
      await gateway.destroy()
    },
  }
}

async function freePair(): Promise<number> {
  for (;;) {
    const blue = 26_000 + 2 * Math.floor(Math.random() * 900)
    if ((await isFree(blue)) && (await isFree(blue + 1))) return blue
  }
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer()
  server.once('error', () => resolve(false))
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  return promise
}

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
