/** A gateway that follows the slots of a real registry, for this package's tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestPostgres } from '@portolan/postgres/testing'
import { openTestRegistryServer, type TestRegistryServer } from '@portolan/registry-server/testing'
import type { GatewayConfiguration } from '../configuration.ts'
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
export async function openSlotWorld(postgres: TestPostgres) {
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

export interface FollowOptions {
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
    timeouts: { connectMs: 200 },
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
