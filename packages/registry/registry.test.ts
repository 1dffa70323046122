import { openPool } from '@portolan/postgres'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import type { AllocateRequest } from './allocate.ts'
import { type Claim, isLive } from './claim.ts'
import { openRegistry } from './open-registry.ts'
import { openTestRegistry, type TestRegistry, type TestRegistryOptions } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const template = await openTestDatabase(server)
await (await openRegistry({ databaseUrl: template.url }, waiting()))[Symbol.asyncDispose]()

function waiting(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) }
}

const openWorld = (options: TestRegistryOptions = {}) => openTestRegistry(server, { template, ...options })

/** Another registry on the same database, by the same clock. */
const openSecond = ({ databaseUrl, clock }: TestRegistry) =>
  openRegistry({ databaseUrl, now: () => clock.now }, waiting())

const PRODUCTION = { host: 'seoul-1', environment: 'production', kind: 'app' } as const

async function allocate(
  { registry }: TestRegistry,
  project: string,
  more: Partial<AllocateRequest> = {},
): Promise<Claim> {
  const { claim } = await registry.allocate({ ...PRODUCTION, project, ...more }, waiting())
  return claim
}

function pass(world: TestRegistry, ms: number): void {
  world.clock.now = new Date(world.clock.now.getTime() + ms)
}

const MINUTE = 60_000

test('allocation takes the lowest free pair: even is blue, the next odd one is green', async () => {
  await using world = await openWorld()
  const claims = [await allocate(world, 'worb'), await allocate(world, 'w-homepage'), await allocate(world, 'vsvs-kr')]
  expect(claims.map(({ range }) => range)).toEqual([
    { first: 4000, last: 4001 },
    { first: 4002, last: 4003 },
    { first: 4004, last: 4005 },
  ])
  expect(claims[0]).toMatchObject({ shape: 'pair', project: 'worb', purpose: 'main', state: 'held', createdBy: 'worb' })
})

test('a project that asks again gets what it has; another purpose gets its own', async () => {
  await using world = await openWorld()
  const first = await world.registry.allocate({ ...PRODUCTION, project: 'worb' }, waiting())
  const second = await world.registry.allocate({ ...PRODUCTION, project: 'worb' }, waiting())
  expect([first.isNew, second.isNew]).toEqual([true, false])
  expect(second.claim).toEqual(first.claim)
  expect((await allocate(world, 'worb', { purpose: 'admin' })).range.first).toBe(4002)
  expect((await allocate(world, 'worb', { transport: 'udp' })).range.first).toBe(4000)
})

test('a hundred who ask at once get a hundred pairs, of one registry or of two', async () => {
  await using world = await openWorld()
  await using second = await openSecond(world)
  const ask = (index: number) =>
    (index % 2 === 0 ? world.registry : second).allocate({ ...PRODUCTION, project: `p-${index}` }, waiting())
  const results = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(index)))
  const firsts = results.map(({ claim }) => claim.range.first).toSorted((a, b) => a - b)
  // 4044/4045 and 4190/4191 are left out, for browsers refuse 4045 and 4190.
  const expected = Array.from({ length: 102 }, (_, index) => 4000 + index * 2).filter(
    (port) => port !== 4044 && port !== 4190,
  )
  expect(firsts).toEqual(expected.slice(0, 100))
  expect(new Set(results.map(({ claim }) => claim.token)).size).toBe(100)
})

test('the same need asked for twice at once is one pair, also by two registries', async () => {
  await using world = await openWorld()
  await using second = await openSecond(world)
  const ask = (index: number) =>
    (index % 2 === 0 ? world.registry : second).allocate({ ...PRODUCTION, project: 'worb' }, waiting())
  const results = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index)))
  expect(new Set(results.map(({ claim }) => claim.id)).size).toBe(1)
  expect(results.filter(({ isNew }) => isNew)).toHaveLength(1)
})

test('single ports and ranges are allocated too, and a shape does not change by asking again', async () => {
  await using world = await openWorld()
  expect((await allocate(world, 'grafana', { shape: 'single' })).range).toEqual({ first: 4000, last: 4000 })
  expect((await allocate(world, 'media', { shape: { portCount: 21 } })).range).toEqual({ first: 4001, last: 4021 })
  expect((await allocate(world, 'worb')).range).toEqual({ first: 4022, last: 4023 })
  await expect(allocate(world, 'grafana')).rejects.toMatchObject({ code: 'REGISTRY_CLAIM_EXISTS' })
})

test('explain says what was passed over, and why', async () => {
  await using world = await openWorld()
  for (let index = 0; index < 22; index += 1) await allocate(world, `p-${index}`)
  const { claim, skips } = await world.registry.allocate({ ...PRODUCTION, project: 'worb', explain: true }, waiting())
  expect(claim.range.first).toBe(4046)
  expect(skips).toMatchObject([
    { range: { first: 4000, last: 4043 }, candidateCount: 22, reason: 'claimed' },
    { range: { first: 4044, last: 4045 }, candidateCount: 1, reason: 'browser-refused' },
  ])
})

test('a full band says who holds it and what looks dead', async () => {
  const bands = [{ environment: 'production', kind: 'app', range: { first: 4000, last: 4005 } }]
  await using world = await openWorld()
  await world.registry.declareBands({ bands }, waiting())
  await allocate(world, 'worb')
  await allocate(world, 'preview-7', { leaseMs: 5 * MINUTE })
  await allocate(world, 'vsvs-kr')
  const refusal = allocate(world, 'late')
  await expect(refusal).rejects.toMatchObject({
    code: 'REGISTRY_BAND_FULL',
    message: expect.stringMatching(
      /3 claimed\. These look dead: claim \d+ of preview-7 .* on 4002-4003 \(lease over in 5 min\)/,
    ),
    details: { skippedCounts: { claimed: 3 }, holders: [{ looksDead: [expect.anything()] }, {}, {}] },
  })
})

test('released ports are kept for their project for ten minutes, and then anybody gets them', async () => {
  await using world = await openWorld()
  const { id } = await allocate(world, 'worb')
  await world.registry.release({ claimId: id, project: 'worb' }, waiting())
  expect((await allocate(world, 'other')).range.first).toBe(4002)
  const claiming = { ...PRODUCTION, range: { first: 4000, last: 4001 }, project: 'thief' }
  await expect(world.registry.claim(claiming, waiting())).rejects.toMatchObject({ code: 'REGISTRY_PORTS_QUARANTINED' })
  expect((await allocate(world, 'worb')).range.first).toBe(4000)
  await world.registry.release({ claimId: (await allocate(world, 'worb')).id, project: 'worb' }, waiting())
  pass(world, 10 * MINUTE)
  expect((await allocate(world, 'patient')).range.first).toBe(4000)
})

test('release is by the owner, idempotent, and not while something is deployed', async () => {
  await using world = await openWorld()
  const { registry } = world
  const { id: claimId, token } = await allocate(world, 'worb')
  await expect(registry.release({ claimId, project: 'other' }, waiting())).rejects.toMatchObject({
    code: 'REGISTRY_NOT_OWNER',
  })
  const event = { type: 'deploy', version: '1.0.0' } as const
  await registry.changeSlots({ claimId, project: 'worb', token, event }, waiting())
  await expect(registry.release({ claimId, project: 'worb' }, waiting())).rejects.toMatchObject({
    code: 'REGISTRY_CLAIM_IN_USE',
  })
  const released = await registry.release({ claimId, project: 'worb', evenIfInUse: true }, waiting())
  expect(released).toMatchObject({
    wasReleased: true,
    claim: { state: 'released', slots: { blue: { state: 'empty' } } },
  })
  expect(await registry.release({ claimId, project: 'worb' }, waiting())).toEqual({
    claim: released.claim,
    wasReleased: false,
  })
  expect(await registry.findClaim(claimId, waiting())).toEqual(released.claim)
})

test('a lower token is refused after a higher one', async () => {
  await using world = await openWorld()
  const { registry } = world
  const { id: claimId, token } = await allocate(world, 'worb')
  const taken = await registry.takeOver({ claimId, project: 'worb', token }, waiting())
  expect(taken.token).toBeGreaterThan(token)
  const deploy = { claimId, project: 'worb', event: { type: 'deploy', version: '1' } } as const
  for (const stale of [
    registry.changeSlots({ ...deploy, token }, waiting()),
    registry.takeOver({ claimId, project: 'worb', token }, waiting()),
    registry.release({ claimId, project: 'worb', token }, waiting()),
  ]) {
    await expect(stale).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_STALE', details: { current: taken.token } })
  }
  const unheard = registry.changeSlots({ ...deploy, token: taken.token + 1 }, waiting())
  await expect(unheard).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_NEVER_ISSUED' })
  expect((await registry.changeSlots({ ...deploy, token: taken.token }, waiting())).slots.blue.state).toBe('deployed')
})

test('two who take over at once get different tokens, and the lower one is stale at once', async () => {
  await using world = await openWorld()
  const { id: claimId } = await allocate(world, 'worb')
  const takeOver = () => world.registry.takeOver({ claimId, project: 'worb' }, waiting())
  const [a, b] = await Promise.all([takeOver(), takeOver()])
  expect(a.token).toBeLessThan(b.token)
  const stale = world.registry.release({ claimId, project: 'worb', token: a.token }, waiting())
  await expect(stale).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_STALE' })
})

test('a lease is renewed while it lasts, and comes back with a new token when nobody has taken it since', async () => {
  await using world = await openWorld()
  const { registry } = world
  const claim = await allocate(world, 'preview-7', { leaseMs: 10 * MINUTE })
  pass(world, 5 * MINUTE)
  const renewed = await registry.renew({ claimId: claim.id, project: 'preview-7', leaseMs: 10 * MINUTE }, waiting())
  expect(renewed).toMatchObject({ leaseUntil: new Date('2026-03-02T09:15:00Z'), token: claim.token })
  pass(world, 10 * MINUTE)
  const late = registry.renew({ claimId: claim.id, project: 'preview-7', leaseMs: MINUTE }, waiting())
  await expect(late).rejects.toMatchObject({ code: 'REGISTRY_LEASE_EXPIRED' })
  const again = await allocate(world, 'preview-7', { leaseMs: 10 * MINUTE })
  expect(again).toMatchObject({ id: claim.id, range: claim.range, leaseUntil: new Date('2026-03-02T09:25:00Z') })
  expect(again.token).toBeGreaterThan(claim.token)
})

test('a sweep gives forgotten leases back, and nothing else', async () => {
  await using world = await openWorld()
  const { registry } = world
  const forgotten = await allocate(world, 'preview-7', { leaseMs: MINUTE })
  const running = await allocate(world, 'preview-8', { leaseMs: 3 * MINUTE })
  await allocate(world, 'worb')
  pass(world, 2 * MINUTE)
  const { released, kept } = await registry.sweep(waiting())
  expect([released.map(({ id }) => id), kept]).toEqual([[forgotten.id], []])
  expect(await registry.findClaim(running.id, waiting())).toMatchObject({ state: 'leased' })
  await expect(
    registry.renew({ claimId: forgotten.id, project: 'preview-7', leaseMs: MINUTE }, waiting()),
  ).rejects.toMatchObject({ code: 'REGISTRY_CLAIM_RELEASED' })
  const { events } = await registry.listEvents({ claimId: forgotten.id }, waiting())
  expect(events.map(({ type, actor }) => [type, actor])).toEqual([
    ['expired', 'sweep'],
    ['allocated', 'preview-7'],
  ])
})

test('one key with one request is one claim, whoever is asked, and however often', async () => {
  await using world = await openWorld()
  await using second = await openSecond(world)
  const request = { ...PRODUCTION, project: 'worb', idempotencyKey: 'deploy-1', labels: { b: '1', a: '2' } }
  const first = await world.registry.allocate(request, waiting())
  await world.registry.takeOver({ claimId: first.claim.id, project: 'worb' }, waiting())
  await world.registry.release({ claimId: first.claim.id, project: 'worb' }, waiting())
  const reordered = { ...request, labels: { a: '2', b: '1' } }
  expect([await world.registry.allocate(reordered, waiting()), await second.allocate(request, waiting())]).toEqual([
    first,
    first,
  ])
  const otherBody = second.allocate({ ...request, purpose: 'admin' }, waiting())
  await expect(otherBody).rejects.toMatchObject({ code: 'REGISTRY_IDEMPOTENCY_CONFLICT' })
  // Another project's key is another key.
  expect((await second.allocate({ ...request, project: 'other' }, waiting())).isNew).toBe(true)
  pass(world, 24 * 60 * MINUTE + 1)
  expect((await second.allocate(request, waiting())).claim.id).not.toBe(first.claim.id)
})

test('a key that several use at once is still one claim', async () => {
  await using world = await openWorld()
  await using second = await openSecond(world)
  const ask = (index: number) =>
    (index % 2 === 0 ? world.registry : second).takeOver({ claimId, project: 'worb', idempotencyKey: 'k' }, waiting())
  const { id: claimId } = await allocate(world, 'worb')
  const tokens = (await Promise.all(Array.from({ length: 10 }, (_, index) => ask(index)))).map(({ token }) => token)
  expect(new Set(tokens).size).toBe(1)
})

test('one key used on two hosts at once holds on one of them', async () => {
  await using world = await openWorld()
  await world.registry.declareHost({ name: 'seoul-2' }, waiting())
  for (let round = 0; round < 5; round += 1) {
    const ask = (host: string) =>
      world.registry.allocate(
        { ...PRODUCTION, host, project: 'worb', purpose: `r-${round}`, idempotencyKey: `k-${round}` },
        waiting(),
      )
    const outcomes = await Promise.allSettled([ask('seoul-1'), ask('seoul-2')])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { claims } = await world.registry.listClaims({ purpose: `r-${round}` }, waiting())
    expect(claims).toHaveLength(1)
  }
})

test('the history says who took a port, when, and why', async () => {
  await using world = await openWorld()
  const first = await allocate(world, 'worb', { actor: 'mina', reason: 'release 12' })
  await world.registry.release({ claimId: first.id, project: 'worb', actor: 'jun', reason: 'moved' }, waiting())
  pass(world, 11 * MINUTE)
  await allocate(world, 'vsvs-kr')
  const { events } = await world.registry.listEvents({ host: 'seoul-1', port: 4001 }, waiting())
  expect(events.map(({ type, actor, reason, claim }) => [type, actor, reason, claim?.project])).toEqual([
    ['allocated', 'vsvs-kr', undefined, 'vsvs-kr'],
    ['released', 'jun', 'moved', 'worb'],
    ['allocated', 'mina', 'release 12', 'worb'],
  ])
  expect(events[2]).toMatchObject({ at: new Date('2026-03-02T09:00:00Z'), token: first.token, host: 'seoul-1' })
})

test('the history cannot be rewritten', async () => {
  await using world = await openWorld()
  await allocate(world, 'worb')
  await using pool = await openPool<unknown>(world.databaseUrl, { sizeLimit: 1 }, waiting())
  for (const statement of [
    'update registry_events set actor = $$x$$',
    'delete from registry_events',
    'truncate registry_events',
  ]) {
    await expect(sql.raw(statement).execute(pool.db)).rejects.toMatchObject({
      message: expect.stringContaining('append-only'),
    })
  }
})

test('claims are listed by filters, in pages', async () => {
  await using world = await openWorld()
  for (let index = 0; index < 5; index += 1)
    await allocate(world, `p-${index}`, { labels: { team: index < 3 ? 'a' : 'b' } })
  const page = await world.registry.listClaims({ labels: { team: 'a' } }, { ...waiting(), limit: 2 })
  expect(page.claims.map(({ project }) => project)).toEqual(['p-0', 'p-1'])
  const rest = await world.registry.listClaims(
    { labels: { team: 'a' } },
    { ...waiting(), limit: 2, after: page.next ?? 0 },
  )
  expect([rest.claims.map(({ project }) => project), rest.next]).toEqual([['p-2'], undefined])
  expect((await world.registry.listClaims({ port: 4003 }, waiting())).claims).toMatchObject([{ project: 'p-1' }])
  expect((await world.registry.listClaims({ state: 'released' }, waiting())).claims).toEqual([])
})

test('what a project holds is found by its name', async () => {
  await using world = await openWorld()
  const claim = await allocate(world, 'worb')
  const held = { project: 'worb', environment: 'production', kind: 'app' }
  expect(await world.registry.getHeld(held, waiting())).toEqual(claim)
  const unknown = world.registry.getHeld({ ...held, project: 'wrob' }, waiting())
  await expect(unknown).rejects.toMatchObject({ code: 'REGISTRY_PROJECT_MISSING', status: 404 })
})

test('check says whether ports are free, and what is in the way', async () => {
  await using world = await openWorld()
  const claim = await allocate(world, 'worb')
  const check = (first: number, last: number) =>
    world.registry.check({ host: 'seoul-1', range: { first, last } }, waiting())
  expect(await check(4002, 4003)).toEqual({ state: 'free', obstacles: [] })
  expect(await check(4001, 4001)).toMatchObject({
    state: 'taken',
    obstacles: [{ port: 4001, reason: 'claimed', claim }],
  })
})

test('a plan is done as a whole over several hosts, or not at all', async () => {
  await using world = await openWorld()
  const { registry } = world
  await registry.declareHost({ name: 'seoul-2' }, waiting())
  const claimStep = (host: string, first: number, project: string) =>
    ({ type: 'claim', request: { ...PRODUCTION, host, project, range: { first, last: first + 1 } } }) as const
  const good = [claimStep('seoul-1', 4100, 'worb'), claimStep('seoul-2', 4100, 'worb-2')]
  const bad = [...good, claimStep('seoul-1', 4100, 'vsvs-kr')]
  const refusal = registry.apply({ steps: bad }, waiting())
  await expect(refusal).rejects.toMatchObject({ code: 'REGISTRY_PLAN_REFUSED', details: { step: 2 } })
  expect((await registry.listClaims({}, waiting())).claims).toEqual([])
  const allocation = { type: 'allocate', request: { ...PRODUCTION, project: 'vsvs-kr' } } as const
  const plan = { steps: [...good, allocation], idempotencyKey: 'import-1' }
  const done = await registry.apply(plan, waiting())
  expect(done.steps.map(({ claim, wasChanged }) => [claim.host, claim.range.first, wasChanged])).toEqual([
    ['seoul-1', 4100, true],
    ['seoul-2', 4100, true],
    ['seoul-1', 4000, true],
  ])
  expect(await registry.apply(plan, waiting())).toEqual(done)
  const other = registry.apply({ ...plan, steps: good }, waiting())
  await expect(other).rejects.toMatchObject({ code: 'REGISTRY_IDEMPOTENCY_CONFLICT' })
  expect((await allocate(world, 'next')).range.first).toBe(4002)
})

test('bands can be changed: claims stay, and the next allocation follows them', async () => {
  await using world = await openWorld()
  await using second = await openSecond(world)
  const before = await allocate(world, 'worb')
  const bands = [{ environment: 'production', kind: 'app', range: { first: 7000, last: 7099 } }]
  await second.declareBands({ bands }, waiting())
  expect((await allocate(world, 'late')).range.first).toBe(7000)
  expect(await allocate(world, 'worb')).toEqual(before)
  expect(await world.registry.listBands(waiting())).toEqual(bands)
})

test('nothing is allocated from the ports that a host uses for outgoing connections', async () => {
  await using world = await openWorld()
  const { registry } = world
  await registry.declareHost({ name: 'odd', ephemeralRange: { first: 4000, last: 4099 } }, waiting())
  expect((await allocate(world, 'worb', { host: 'odd' })).range.first).toBe(4100)
  await registry.declareHost({ name: 'odd', ephemeralRange: 'none' }, waiting())
  expect((await allocate(world, 'other', { host: 'odd' })).range.first).toBe(4000)
})

test('a host goes when nothing is claimed on it, and its history stays', async () => {
  await using world = await openWorld()
  const { registry } = world
  const { id } = await allocate(world, 'worb')
  await expect(registry.removeHost({ host: 'seoul-1' }, waiting())).rejects.toMatchObject({
    code: 'REGISTRY_HOST_IN_USE',
  })
  await registry.release({ claimId: id, project: 'worb' }, waiting())
  await registry.removeHost({ host: 'seoul-1' }, waiting())
  await expect(allocate(world, 'worb')).rejects.toMatchObject({ code: 'REGISTRY_HOST_MISSING' })
  expect(await registry.listHosts(waiting())).toEqual([])
  expect((await registry.listEvents({ claimId: id }, waiting())).events).toHaveLength(2)
  await registry.declareHost({ name: 'seoul-1' }, waiting())
  expect((await allocate(world, 'worb')).range.first).toBe(4000)
})

test('a row that somebody wrote past the registry is respected all the same', async () => {
  await using world = await openWorld()
  await allocate(world, 'worb')
  await using pool = await openPool<unknown>(world.databaseUrl, { sizeLimit: 1 }, waiting())
  await sql`
    insert into registry_claims (host_id, protocol, ports, shape, project, environment, kind, purpose, labels, created_at, created_by, revision)
    select host_id, protocol, '[4002,4004)', shape, 'by-hand', environment, kind, purpose, labels, created_at, 'psql', 0
    from registry_claims`.execute(pool.db)
  const [a, b] = await Promise.all([allocate(world, 'a'), allocate(world, 'b')])
  expect([a.range.first, b.range.first]).toEqual([4004, 4006])
})

test('the database alone refuses two claims on one port', async () => {
  await using world = await openWorld()
  await allocate(world, 'worb')
  await using pool = await openPool<unknown>(world.databaseUrl, { sizeLimit: 1 }, waiting())
  const second = sql`
    insert into registry_claims (host_id, protocol, ports, shape, project, environment, kind, purpose, labels, created_at, created_by, revision)
    select host_id, protocol, '[4001,4002)', 'single', 'thief', environment, kind, purpose, labels, created_at, 'psql', 9
    from registry_claims`.execute(pool.db)
  await expect(second).rejects.toMatchObject({ code: '23P01', constraint: 'registry_claims_overlap' })
})

test('a claim that was released elsewhere is not given again from memory', async () => {
  await using world = await openWorld()
  await using second = await openSecond(world)
  const claim = await allocate(world, 'worb')
  await second.release({ claimId: claim.id, project: 'worb' }, waiting())
  const again = await allocate(world, 'worb')
  expect([again.id === claim.id, again.range.first, isLive(again)]).toEqual([false, 4000, true])
})
