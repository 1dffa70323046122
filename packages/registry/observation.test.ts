import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Container, type ContainerObserver, kernelObserver, type Observer, type Sighting } from '@portolan/observe'
import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import type { SlotEvent } from './slot.ts'
import { openTestRegistry } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const WISH = { host: 'seoul-1', environment: 'production', kind: 'app' } as const

function waiting(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) }
}

/** What stands for a host elsewhere, whose ports are what the test says. */
function observerOf(look: () => readonly number[], name = 'seoul'): Observer {
  const sighting = (port: number): Sighting => ({ transport: 'tcp', family: 'ipv4', address: '127.0.0.1', port })
  return { name, listOpenPorts: () => Promise.resolve().then(() => look().map(sighting)), now: () => new Date() }
}

const silent = observerOf(() => {
  throw new Error('no route to host')
}, 'docker')

test('a port that somebody has open is passed over, and said so', async () => {
  const observersOf = () => [observerOf(() => [4000, 4003]), observerOf(() => [4005])]
  await using world = await openTestRegistry(server, { observersOf })
  const { claim, skips } = await world.registry.allocate({ ...WISH, project: 'worb', explain: true }, waiting())
  expect([claim.range.first, skips]).toMatchObject([
    4006,
    [{ range: { first: 4000, last: 4005 }, reason: 'seen', candidateCount: 3 }],
  ])
})

test('a real socket is seen', async () => {
  const socket = createServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const address = socket.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await using world = await openTestRegistry(server, { observersOf: () => [kernelObserver()], viewMaxAgeMs: 0 })
  const check = () => world.registry.check({ host: 'seoul-1', range: { first: port, last: port } }, waiting())
  expect((await check()).obstacles).toMatchObject([{ reason: expect.stringMatching(/seen|ephemeral/) }])
  socket.close()
  await once(socket, 'close')
})

test('when one observer is silent, the host is unknown and nothing is allocated there', async () => {
  const observersOf = () => [observerOf(() => []), silent]
  await using world = await openTestRegistry(server, { observersOf })
  const { registry } = world
  const refused = registry.allocate({ ...WISH, project: 'worb' }, waiting())
  await expect(refused).rejects.toMatchObject({
    code: 'REGISTRY_HOST_UNKNOWN',
    message: expect.stringContaining('no route to host'),
    details: { host: 'seoul-1', observer: 'docker' },
  })
  expect((await registry.listClaims({}, waiting())).claims).toEqual([])
  expect(await registry.check({ host: 'seoul-1', range: { first: 4000, last: 4001 } }, waiting())).toMatchObject({
    state: 'unknown',
  })
})

test('who insists gets ports of an unknown host, but none that the others saw; who has ports keeps them', async () => {
  const observersOf = () => [silent, observerOf(() => [4000])]
  await using world = await openTestRegistry(server, { observersOf })
  const request = { ...WISH, project: 'worb' }
  const { claim } = await world.registry.allocate({ ...request, evenIfUnknown: true }, waiting())
  expect(claim.range.first).toBe(4002)
  expect(await world.registry.allocate(request, waiting())).toEqual({ claim, isNew: false })
})

test('an open port never expires, and on an unknown host none does', async () => {
  const open = new Set<number>()
  let isSilent = false
  const observer = observerOf(() => {
    if (isSilent) throw new Error('no route to host')
    return [...open]
  })
  await using world = await openTestRegistry(server, { observersOf: () => [observer], viewMaxAgeMs: 0 })
  const { registry, clock } = world
  const { claim } = await registry.allocate({ ...WISH, project: 'preview-7', leaseMs: 1 }, waiting())
  clock.now = new Date(clock.now.getTime() + 1_000)
  open.add(claim.range.last)
  expect(await registry.sweep(waiting())).toMatchObject({ released: [], kept: [{ id: claim.id }] })
  isSilent = true
  open.clear()
  expect(await registry.sweep(waiting())).toMatchObject({ released: [], kept: [{ id: claim.id }] })
  isSilent = false
  expect(await registry.sweep(waiting())).toMatchObject({ released: [{ id: claim.id }], kept: [] })
})

test('a full band names the claims whose ports are closed', async () => {
  const observersOf = () => [observerOf(() => [4001])]
  const bands = [{ environment: 'production', kind: 'app', range: { first: 4000, last: 4003 } }]
  await using world = await openTestRegistry(server, { observersOf, bands })
  const { registry } = world
  await registry.claim({ ...WISH, project: 'running', range: { first: 4000, last: 4001 } }, waiting())
  await registry.claim({ ...WISH, project: 'gone', range: { first: 4002, last: 4003 } }, waiting())
  const refused = registry.allocate({ ...WISH, project: 'late' }, waiting())
  await expect(refused).rejects.toMatchObject({
    message: expect.stringMatching(
      /These look dead: claim \d+ of gone [^;]* on 4002-4003 \(not open at [^;]*\)\. Release/,
    ),
  })
})

test('many who ask at once share a look, and one who leaves does not end it for the others', async () => {
  let lookCount = 0
  const gate = Promise.withResolvers<void>()
  const slow: Observer = {
    ...observerOf(() => []),
    listOpenPorts: async () => {
      lookCount += 1
      await gate.promise
      return []
    },
  }
  await using world = await openTestRegistry(server, { observersOf: () => [slow] })
  const leaving = new AbortController()
  const ask = (project: string, signal: AbortSignal) => world.registry.allocate({ ...WISH, project }, { signal })
  const left = ask('left', leaving.signal)
  const others = ['a', 'b', 'c'].map((project) => ask(project, waiting().signal))
  leaving.abort(new Error('gone'))
  await expect(left).rejects.toThrow('gone')
  gate.resolve()
  expect((await Promise.all(others)).map(({ isNew }) => isNew)).toEqual([true, true, true])
  expect(lookCount).toBe(1)
})

test('what a container publishes is passed over, and the container is named', async () => {
  const container: Container = {
    id: 'c1',
    engine: 'docker',
    name: 'worb-blue',
    image: 'worb:1',
    labels: {},
    createdAt: new Date('2026-03-02T09:00:00Z'),
    state: 'running',
    isRunning: true,
    ports: [{ transport: 'tcp', address: '0.0.0.0', hostPort: 4000, containerPort: 3000 }],
  }
  const engine: ContainerObserver = {
    ...observerOf(() => [4000], 'containers'),
    listContainers: () => Promise.resolve([container]),
  }
  await using world = await openTestRegistry(server, { observersOf: () => [observerOf(() => [4000]), engine] })
  const { skips } = await world.registry.allocate({ ...WISH, project: 'vsvs-kr', explain: true }, waiting())
  expect(skips).toMatchObject([{ reason: 'seen', because: ['container worb-blue'] }])
})

test('what is on the block-list is passed over with its reason, and can still be claimed by name', async () => {
  const blocked = [
    { range: { first: 4000, last: 4001 }, because: 'the old balancer' },
    { range: { first: 4002, last: 4002 }, host: 'busan-1' },
    { range: { first: 4003, last: 4003 }, transport: 'udp' as const },
  ]
  await using world = await openTestRegistry(server, { blocked })
  const { registry } = world
  const { claim, skips } = await registry.allocate({ ...WISH, project: 'worb', explain: true }, waiting())
  expect([claim.range.first, skips]).toMatchObject([4002, [{ reason: 'blocked', because: ['the old balancer'] }]])
  const udp = await registry.allocate({ ...WISH, project: 'worb', transport: 'udp' }, waiting())
  expect(udp.claim.range.first).toBe(4004)
  const steps = [{ type: 'allocate', request: { ...WISH, project: 'w-homepage' } }] as const
  expect((await registry.apply({ steps }, waiting())).steps).toMatchObject([{ claim: { range: { first: 4004 } } }])
  await registry.claim({ ...WISH, project: 'balancer', range: { first: 4000, last: 4001 } }, waiting())
})

test('a grace that is over ends when nothing listens there any more, and never where nobody can tell', async () => {
  const open = new Set<number>()
  let isSilent = false
  const observer = observerOf(() => {
    if (isSilent) throw new Error('no route to host')
    return [...open]
  })
  let observers = [observer]
  await using world = await openTestRegistry(server, { observersOf: () => observers, viewMaxAgeMs: 0 })
  const { registry, clock } = world
  const { claim } = await registry.allocate({ ...WISH, project: 'worb' }, waiting())
  const own = { claimId: claim.id, project: 'worb', token: claim.token }
  const move = (event: SlotEvent) => registry.changeSlots({ ...own, event }, waiting())
  await move({ type: 'deploy', version: '1' })
  await move({ type: 'promote', graceMs: 1_000 })
  await move({ type: 'retire', graceMs: 1_000 })
  expect(await registry.expireSlots(waiting())).toEqual([])
  clock.now = new Date(clock.now.getTime() + 1_000)
  open.add(claim.range.first)
  expect(await registry.expireSlots(waiting())).toEqual([])
  isSilent = true
  expect(await registry.expireSlots(waiting())).toEqual([])
  isSilent = false
  open.clear()
  observers = []
  expect(await registry.expireSlots(waiting())).toEqual([])
  observers = [observer]
  expect(await registry.expireSlots(waiting())).toMatchObject([{ slots: { blue: { state: 'empty' } } }])
  const { events } = await registry.listEvents({ claimId: claim.id }, waiting())
  expect(events[0]).toMatchObject({ type: 'slots-changed', actor: 'sweep', reason: 'its grace is over' })
})
