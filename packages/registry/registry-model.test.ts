import { errorCode } from '@portolan/errors'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { Claim } from './claim.ts'
import { openRegistry } from './open-registry.ts'
import type { Registry } from './registry.ts'
import { nextSlots, type SlotEvent } from './slot.ts'
import { openTestRegistry } from './testing.ts'

/** The registry as anybody would explain it: a list of claims, no database, no batches, no pictures. */
interface Model {
  readonly claims: ModelClaim[]
  nowMs: number
}

interface ModelClaim {
  id: number
  project: string
  purpose: string
  first: number
  portCount: number
  tokens: number[]
  leaseUntilMs: number | undefined
  releasedUntilMs: number | undefined
  slots: Claim['slots']
}

interface Real {
  /** Two registries on one database: a command asks either. */
  readonly registries: readonly Registry[]
  readonly clock: { now: Date }
}

const BAND = { environment: 'production', kind: 'app', range: { first: 4040, last: 4053 } }
const QUARANTINE_MS = 1_000
const HOST = 'seoul-1'
/** Browsers refuse 4045. */
const REFUSED = 4045

const waiting = () => ({ signal: AbortSignal.timeout(20_000) })
const isLive = ({ releasedUntilMs }: ModelClaim) => releasedUntilMs === undefined
const isOver = ({ leaseUntilMs }: ModelClaim, { nowMs }: Model) => leaseUntilMs !== undefined && leaseUntilMs <= nowMs

function portsOf(first: number, portCount: number): readonly number[] {
  return Array.from({ length: portCount }, (_, index) => first + index)
}

function holds(claim: ModelClaim, port: number): boolean {
  return claim.first <= port && port < claim.first + claim.portCount
}

function isTaken({ claims }: Model, port: number): boolean {
  return claims.some((claim) => isLive(claim) && holds(claim, port))
}

/** The last one that was released there counts. */
function isQuarantined({ claims, nowMs }: Model, port: number, project: string): boolean {
  const released = claims.filter((claim) => !isLive(claim) && holds(claim, port))
  const longest = released.toSorted((a, b) => (b.releasedUntilMs ?? 0) - (a.releasedUntilMs ?? 0) || b.id - a.id)[0]
  return longest !== undefined && (longest.releasedUntilMs ?? 0) > nowMs && longest.project !== project
}

function lowestFree(model: Model, portCount: number, project: string): number | undefined {
  for (let first = 4040; first + portCount - 1 <= 4053; first += portCount === 2 ? 2 : 1) {
    const isFree = (port: number) => port !== REFUSED && !isTaken(model, port) && !isQuarantined(model, port, project)
    if (portsOf(first, portCount).every(isFree)) return first
  }
  return undefined
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => errorCode(error) ?? String(error),
  )
}

type Step = fc.AsyncCommand<Model, Real>

/** @param text how the step is told when a run fails */
function step(text: string, run: (model: Model, real: Real) => Promise<void>): Step {
  return { check: () => true, run, toString: () => text }
}

function registryOf({ registries }: Real, which: number): Registry {
  const registry = registries[which % registries.length]
  if (registry === undefined) throw new Error('There is at least one registry.')
  return registry
}

function claimOf({ claims }: Model, which: number): ModelClaim | undefined {
  return claims[which % Math.max(1, claims.length)]
}

function findLive({ claims }: Model, { project, purpose }: Pick<Wish, 'project' | 'purpose'>): ModelClaim | undefined {
  return claims.find((claim) => isLive(claim) && claim.project === project && claim.purpose === purpose)
}

interface Wish {
  readonly project: string
  readonly purpose: string
  readonly portCount: number
  readonly leaseMs: number | undefined
}

function allocateStep(which: number, wish: Wish): Step {
  return step(`allocate(${JSON.stringify(wish)}, registry ${which % 2})`, async (model, real) => {
    const { project, purpose, portCount, leaseMs } = wish
    const shape = portCount === 2 ? 'pair' : portCount === 1 ? 'single' : { portCount }
    const request = { host: HOST, environment: 'production', kind: 'app', project, purpose, shape } as const
    const lease = leaseMs === undefined ? {} : { leaseMs }
    const asked = registryOf(real, which).allocate({ ...request, ...lease }, waiting())
    const existing = findLive(model, wish)
    if (existing !== undefined && existing.portCount !== portCount) {
      expect(await codeOf(asked)).toBe('REGISTRY_CLAIM_EXISTS')
      return
    }
    if (existing !== undefined) {
      const { claim, isNew } = await asked
      expect([claim.id, isNew, claim.range.first]).toEqual([existing.id, false, existing.first])
      if (isOver(existing, model)) expect(claim.token).toBeGreaterThan(existing.tokens.at(-1) ?? 0)
      else expect(claim.token).toBe(existing.tokens.at(-1))
      if (claim.token !== existing.tokens.at(-1)) existing.tokens.push(claim.token)
      if (existing.leaseUntilMs !== undefined && leaseMs !== undefined) {
        existing.leaseUntilMs = Math.max(existing.leaseUntilMs, model.nowMs + leaseMs)
      }
      return
    }
    const first = lowestFree(model, portCount, project)
    if (first === undefined) {
      expect(await codeOf(asked)).toBe('REGISTRY_BAND_FULL')
      return
    }
    const { claim, isNew } = await asked
    expect([claim.range, isNew]).toEqual([{ first, last: first + portCount - 1 }, true])
    const tokens = model.claims.flatMap((each) => each.tokens)
    expect(claim.token).toBeGreaterThan(Math.max(0, ...tokens))
    const leaseUntilMs = leaseMs === undefined ? undefined : model.nowMs + leaseMs
    const facts = { id: claim.id, project, purpose, first, portCount, tokens: [claim.token] }
    model.claims.push({ ...facts, leaseUntilMs, releasedUntilMs: undefined, slots: claim.slots })
  })
}

function claimStep(which: number, { first, project }: { readonly first: number; readonly project: string }): Step {
  return step(`claim(${first}, ${project}, registry ${which % 2})`, async (model, real) => {
    const purpose = `port-${first}`
    const range = { first, last: first }
    const request = { host: HOST, environment: 'production', kind: 'app', project, purpose, range }
    const asked = registryOf(real, which).claim(request, waiting())
    const existing = findLive(model, { project, purpose })
    if (existing !== undefined) expect(await asked).toMatchObject({ isNew: false, claim: { id: existing.id } })
    else if (isTaken(model, first)) expect(await codeOf(asked)).toBe('REGISTRY_CLAIM_OVERLAPS')
    else if (isQuarantined(model, first, project)) expect(await codeOf(asked)).toBe('REGISTRY_PORTS_QUARANTINED')
    else {
      const { claim } = await asked
      const facts = { id: claim.id, project, purpose, first, portCount: 1, tokens: [claim.token] }
      model.claims.push({ ...facts, leaseUntilMs: undefined, releasedUntilMs: undefined, slots: claim.slots })
    }
  })
}

function releaseStep(which: number, isStranger: boolean): Step {
  return step(`release(#${which}${isStranger ? ', stranger' : ''})`, async (model, real) => {
    const claim = claimOf(model, which)
    if (claim === undefined) return
    const project = isStranger ? 'stranger' : claim.project
    const asked = registryOf(real, which).release({ claimId: claim.id, project }, waiting())
    const { blue, green } = claim.slots
    if (isStranger) expect(await codeOf(asked)).toBe('REGISTRY_NOT_OWNER')
    else if (!isLive(claim)) expect(await asked).toMatchObject({ wasReleased: false })
    else if (blue.state !== 'empty' || green.state !== 'empty')
      expect(await codeOf(asked)).toBe('REGISTRY_CLAIM_IN_USE')
    else {
      expect(await asked).toMatchObject({ wasReleased: true })
      claim.releasedUntilMs = model.nowMs + QUARANTINE_MS
    }
  })
}

function takeOverStep(which: number, isStale: boolean): Step {
  return step(`takeOver(#${which}${isStale ? ', stale' : ''})`, async (model, real) => {
    const claim = claimOf(model, which)
    const token = isStale ? claim?.tokens[0] : claim?.tokens.at(-1)
    if (claim === undefined || token === undefined) return
    const asked = registryOf(real, which).takeOver({ claimId: claim.id, project: claim.project, token }, waiting())
    if (token !== claim.tokens.at(-1)) expect(await codeOf(asked)).toBe('REGISTRY_TOKEN_STALE')
    else if (!isLive(claim)) expect(await codeOf(asked)).toBe('REGISTRY_CLAIM_RELEASED')
    else {
      const taken = await asked
      expect(taken.token).toBeGreaterThan(token)
      claim.tokens.push(taken.token)
    }
  })
}

function renewStep(which: number): Step {
  return step(`renew(#${which})`, async (model, real) => {
    const claim = claimOf(model, which)
    if (claim === undefined) return
    const asked = registryOf(real, which).renew({ claimId: claim.id, project: claim.project, leaseMs: 900 }, waiting())
    if (!isLive(claim)) expect(await codeOf(asked)).toBe('REGISTRY_CLAIM_RELEASED')
    else if (claim.leaseUntilMs === undefined) expect(await codeOf(asked)).toBe('REGISTRY_LEASE_MISSING')
    else if (isOver(claim, model)) expect(await codeOf(asked)).toBe('REGISTRY_LEASE_EXPIRED')
    else {
      claim.leaseUntilMs = Math.max(claim.leaseUntilMs, model.nowMs + 900)
      expect(await asked).toMatchObject({ leaseUntil: new Date(claim.leaseUntilMs) })
    }
  })
}

function changeSlotsStep(which: number, event: SlotEvent): Step {
  return step(`changeSlots(#${which}, ${JSON.stringify(event)})`, async (model, real) => {
    const claim = claimOf(model, which)
    if (claim === undefined) return
    const { id: claimId, project, slots } = claim
    const change = { claimId, project, token: claim.tokens.at(-1) ?? 0, event }
    const asked = registryOf(real, which).changeSlots(change, waiting())
    if (!isLive(claim)) expect(await codeOf(asked)).toBe('REGISTRY_CLAIM_RELEASED')
    else if (claim.portCount !== 2) expect(await codeOf(asked)).toBe('REGISTRY_SLOTS_MISSING')
    else {
      // The machine has a test of its own, by its table; here it is whether what it says is what is kept.
      const expected = await Promise.resolve()
        .then(() => nextSlots(slots, event, { at: new Date(model.nowMs), actor: project }))
        .catch(() => undefined)
      if (expected === undefined) expect(await codeOf(asked)).toBe('REGISTRY_SLOT_REFUSED')
      else {
        expect((await asked).slots).toEqual(expected)
        claim.slots = expected
      }
    }
  })
}

function sweepStep(which: number): Step {
  return step('sweep', async (model, real) => {
    const { released } = await registryOf(real, which).sweep(waiting())
    const over = model.claims.filter((claim) => isLive(claim) && isOver(claim, model))
    expect(new Set(released.map(({ id }) => id))).toEqual(new Set(over.map(({ id }) => id)))
    for (const claim of over) {
      claim.releasedUntilMs = model.nowMs + QUARANTINE_MS
      claim.slots = { blue: { state: 'empty' }, green: { state: 'empty' } }
    }
  })
}

function passStep(ms: number): Step {
  return step(`pass(${ms} ms)`, async (model, { clock }) => {
    model.nowMs += ms
    clock.now = new Date(model.nowMs)
  })
}

const anyProject = fc.constantFrom('worb', 'vsvs-kr', 'w-homepage')
const which = fc.nat(15)
const anyWish = fc.record({
  project: anyProject,
  purpose: fc.constantFrom('main', 'admin'),
  portCount: fc.constantFrom(2, 2, 2, 1, 3),
  leaseMs: fc.constantFrom(undefined, undefined, 600),
})
const anyHalf = fc.constantFrom('blue' as const, 'green' as const)
const anyEvent: fc.Arbitrary<SlotEvent> = fc.oneof(
  fc.record({ type: fc.constant('deploy' as const), version: fc.constantFrom('1', '2') }),
  fc.record({
    type: fc.constantFrom('promote' as const, 'rollback' as const, 'retire' as const),
    graceMs: fc.constant(700),
  }),
  fc.record({ type: fc.constant('expire' as const) }),
  fc.record({ type: fc.constant('clear' as const), half: anyHalf }),
)

const STEPS = [
  fc.tuple(which, anyWish).map(([index, wish]) => allocateStep(index, wish)),
  fc.tuple(which, anyWish).map(([index, wish]) => allocateStep(index, wish)),
  fc
    .tuple(which, fc.integer({ min: 4040, max: 4053 }), anyProject)
    .map(([index, first, project]) => claimStep(index, { first, project })),
  fc
    .tuple(which, fc.constantFrom(false, false, false, true))
    .map(([index, isStranger]) => releaseStep(index, isStranger)),
  fc.tuple(which, fc.boolean()).map(([index, isStale]) => takeOverStep(index, isStale)),
  which.map((index) => renewStep(index)),
  fc.tuple(which, anyEvent).map(([index, event]) => changeSlotsStep(index, event)),
  which.map((index) => sweepStep(index)),
  fc.constantFrom(100, 500, 1_100).map((ms) => passStep(ms)),
]

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const template = await openTestDatabase(server)
await (await openRegistry({ databaseUrl: template.url }, waiting()))[Symbol.asyncDispose]()

async function compare(commands: Iterable<fc.AsyncCommand<Model, Real>>): Promise<void> {
  await using world = await openTestRegistry(server, { template, quarantineMs: QUARANTINE_MS })
  await world.registry.declareBands({ bands: [BAND] }, waiting())
  const { clock, databaseUrl } = world
  await using second = await openRegistry({ databaseUrl, quarantineMs: QUARANTINE_MS, now: () => clock.now }, waiting())
  const model: Model = { claims: [], nowMs: clock.now.getTime() }
  await fc.asyncModelRun(() => ({ model, real: { registries: [world.registry, second], clock } }), commands)
  const { claims } = await second.listClaims({}, waiting())
  const live = model.claims.filter(isLive).toSorted((a, b) => a.id - b.id)
  expect(claims.map(({ id, token, slots }) => [id, token, slots])).toEqual(
    live.map(({ id, tokens, slots }) => [id, tokens.at(-1), slots]),
  )
}

test('two registries on one database do what the simple model does', async () => {
  const commands = fc.commands(STEPS, { maxCommands: 60 })
  await fc.assert(fc.asyncProperty(commands, compare), { numRuns: 12, endOnFailure: true })
}, 120_000)
