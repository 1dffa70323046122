import type { Container, HostObservation, Sighting } from '@portolan/observe'
import { DEFAULT_BANDS, type LiveClaim, type Slot } from '@portolan/registry'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planAdoption } from './adoption.ts'
import { compareHost } from './compare-host.ts'
import { lookAtHost } from './host-look.ts'
import { listUnrecordedHalves } from './occupants.ts'
import { planRebuild } from './rebuild.ts'
import type { AdoptionRule } from './rule.ts'

const AT = new Date('2026-03-02T09:00:00Z')
const IMAGE = 'registry.example.com/pay:1.0.0'

interface Told {
  readonly port: number
  readonly name?: string
  readonly isRunning?: boolean
  readonly image?: string
  /** Without their prefix; pay's in production unless said otherwise. */
  readonly labels?: Readonly<Record<string, string | number>>
}

const TRUE_NUMBERS = { claim: 7, token: 31, slot: 'blue', version: '1.4.0' } as const

function containerOf({ port, name = `c-${port}`, isRunning = true, image = IMAGE, labels = {} }: Told): Container {
  const all = Object.entries({ project: 'pay', environment: 'production', ...labels })
  return {
    id: Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64),
    engine: 'docker',
    name,
    image,
    state: isRunning ? 'running' : 'exited',
    isRunning,
    labels: Object.fromEntries(all.map(([label, value]) => [`portolan.${label}`, String(value)])),
    createdAt: AT,
    ports: [{ transport: 'tcp', address: '0.0.0.0', hostPort: port, containerPort: 80 }],
  }
}

interface Host {
  readonly claims?: readonly LiveClaim[]
  readonly rules?: readonly AdoptionRule[]
}

function look(told: readonly Told[], { claims = [], rules = [] }: Host = {}) {
  const containers = told.map(containerOf)
  const open = containers.filter(({ isRunning }) => isRunning)
  const sightings: readonly Sighting[] = open.map(({ ports, ...container }) => {
    return { transport: 'tcp', family: 'ipv4', address: '0.0.0.0', port: ports[0]?.hostPort ?? 0, container }
  })
  const observation: HostObservation = { state: 'seen', sightings, containers, seenAt: AT }
  return lookAtHost({ host: 'app-server', claims, observation, bands: DEFAULT_BANDS, rules })
}

function adoptedPorts(told: readonly Told[], host: Host = {}) {
  return planRebuild(look(told, host)).steps.map(({ step }) => step.request.range.first)
}

test('what runs with the numbers of a deployment beats what has ended and shows a name alone', () => {
  const lie = { port: 4420, isRunning: false }
  const { steps, left } = planRebuild(look([lie, { port: 4424, labels: TRUE_NUMBERS }]))
  expect(steps.map(({ step }) => [step.request.range, step.occupants])).toEqual([
    [{ first: 4424, last: 4425 }, [{ half: 'blue', version: '1.4.0', isActive: true }]],
  ])
  expect(left.map(({ ports, reason }) => [ports.first, reason])).toEqual([
    [4420, expect.stringMatching(/pay runs on 4424-4425, which is adopted; here: container "c-4420".*has ended/)],
  ])
})

test.for([
  ['both run, one with numbers', { port: 4426 }, { port: 4428, labels: TRUE_NUMBERS }],
  ['both run with numbers', { port: 4426, labels: { claim: 9, token: 40 } }, { port: 4428, labels: TRUE_NUMBERS }],
  ['both run with names alone', { port: 4426 }, { port: 4428 }],
  ['the one with numbers has ended', { port: 4426 }, { port: 4428, isRunning: false, labels: TRUE_NUMBERS }],
  ['both have ended', { port: 4426, isRunning: false }, { port: 4428, isRunning: false, labels: TRUE_NUMBERS }],
] as const satisfies readonly (readonly [string, Told, Told])[])(
  '%s: neither is adopted, and both are told with what to do',
  ([, liar, truth]) => {
    const { steps, left } = planRebuild(look([liar, truth]))
    expect(steps).toEqual([])
    expect(left.map(({ ports, reason }) => [ports.first, reason])).toEqual([
      [expect.any(Number), expect.stringMatching(/is not known, so none is adopted.*name it by a rule/)],
      [expect.any(Number), expect.stringMatching(/c-4426.*c-4428|c-4428.*c-4426/)],
    ])
  },
)

test('a disagreement is a finding of either place, until a rule names the right container without a star', () => {
  const told = [{ port: 4426 }, { port: 4428, name: 'pay-blue', labels: TRUE_NUMBERS }]
  const codes = compareHost(look(told)).filter(({ code }) => code === 'RECONCILE_CLAIMANTS_DISAGREE')
  expect(codes.map(({ ports, severity }) => [ports?.first, severity])).toEqual([
    [4426, 'error'],
    [4428, 'error'],
  ])
  const pay = { project: 'pay', environment: 'production' }
  expect(adoptedPorts(told, { rules: [{ container: 'pay-*', ...pay }] })).toEqual([])
  expect(adoptedPorts(told, { rules: [{ container: 'pay-blue', ...pay }] })).toEqual([4428])
})

test('numbers that cannot both be true are believed of neither half', () => {
  const blue = { port: 4424, labels: { ...TRUE_NUMBERS, claim: 9, token: 12 } }
  const green = { port: 4425, labels: { claim: 7, token: 31, slot: 'green' } }
  const { steps, left } = planRebuild(look([blue, green]))
  expect([steps, left.map(({ reason }) => reason)]).toEqual([[], [expect.stringContaining('contradict each other')]])
})

test('where two projects ask for the same ports, the numbers of a deployment count for more than the lower port', () => {
  const told = [
    { port: 4424, labels: { project: 'cms' } },
    { port: 4425, labels: { ...TRUE_NUMBERS, slot: 'green' } },
  ]
  const { steps, left } = planAdoption(look(told))
  expect(steps.map(({ step }) => step.request.project)).toEqual(['pay'])
  expect(left.map(({ project }) => project)).toEqual(['cms'])
})

test('what shows a name alone is never written into a slot, beside a deployment or without one', () => {
  const alone = planAdoption(look([{ port: 4424 }]))
  expect(alone.steps.map(({ step }) => [step.request.project, step.occupants])).toEqual([['pay', []]])
  const both = planAdoption(look([{ port: 4424, labels: TRUE_NUMBERS }, { port: 4425 }]))
  expect(both.steps.map(({ step }) => step.occupants)).toEqual([[{ half: 'blue', version: '1.4.0', isActive: true }]])
})

const EMPTY: Slot = { state: 'empty' }
const ACTIVE: Slot = { state: 'active', version: '1', deployedAt: AT, deployedBy: 'ci', since: AT, changedBy: 'ci' }

function claimOf(slots: LiveClaim['slots']): LiveClaim {
  const facts = { id: 7, host: 'app-server', transport: 'tcp', shape: 'pair', state: 'held' } as const
  const owner = { project: 'pay', environment: 'production', kind: 'app', purpose: 'main', labels: {} } as const
  const origin = { token: 31, createdAt: AT, createdBy: 'ci' }
  return { ...facts, ...owner, ...origin, range: { first: 4424, last: 4425 }, slots }
}

test.for([
  ['the numbers of the claim, and nothing recorded', EMPTY, { ...TRUE_NUMBERS, slot: 'green' }, 1],
  ['the numbers of the claim, beside a recorded half', ACTIVE, { ...TRUE_NUMBERS, slot: 'green' }, 0],
  ['a token that was never given', EMPTY, { ...TRUE_NUMBERS, slot: 'green', token: 32 }, 0],
  ["another claim's number", EMPTY, { ...TRUE_NUMBERS, slot: 'green', claim: 8 }, 0],
  ['a name alone', EMPTY, {}, 0],
] as const)('a half that counts as empty, in which something runs with %s', ([, blue, labels, recorded]) => {
  const claims = [claimOf({ blue, green: EMPTY })]
  const current = look([{ port: 4425, name: 'late', labels }], { claims })
  expect(listUnrecordedHalves(current)).toHaveLength(recorded)
  const finding = compareHost(current).find(({ code }) => code === 'RECONCILE_SLOT_UNRECORDED')
  expect(finding?.remedy).toMatch(recorded === 1 ? /^Adopt it/ : /never recorded by itself/)
  const rules = [{ container: 'late', project: 'pay', environment: 'production' }]
  expect(listUnrecordedHalves(look([{ port: 4425, name: 'late', labels }], { claims, rules }))).toHaveLength(1)
})

test.for([
  [{ version: 'v'.repeat(600) }, 'portolan.version'],
  [{ token: '9'.repeat(20) }, 'portolan.token'],
  [{ claim: '7e3' }, 'portolan.claim'],
  [{ slot: 'red' }, 'portolan.slot'],
  [{ project: 'a//b' }, 'portolan.project'],
  [{ project: 'a/../b' }, 'portolan.project'],
  [{ environment: 'a/./b' }, 'portolan.environment'],
] as const)('labels %o: what cannot be used is missing, and is told', ([labels, label]) => {
  for (const isRunning of [true, false]) {
    const [finding] = compareHost(look([{ port: 4424, labels, isRunning }])).filter(
      ({ code }) => code === 'RECONCILE_LABEL_UNUSABLE',
    )
    expect(finding?.message).toContain(label)
  }
})

test('a version that is too long is missing, and an image in its place is cut between two characters', () => {
  const image = `${'i'.repeat(499)}😀`
  const [step] = planAdoption(
    look([{ port: 4424, image, labels: { ...TRUE_NUMBERS, version: 'v'.repeat(600) } }]),
  ).steps
  expect(step?.step.occupants).toEqual([{ half: 'blue', version: 'i'.repeat(499), isActive: true }])
  const long = planAdoption(look([{ port: 4424, name: `${'n'.repeat(485)}${'😀'.repeat(40)}` }])).steps
  const reason = long[0]?.step.request.reason ?? ''
  expect([reason.length <= 500, reason.isWellFormed()]).toEqual([true, true])
})

test.for([
  [{ container: 'x-*', project: '$1' }, 'x-a//b'],
  [{ container: 'x-*', project: '$1' }, 'x-a/../b'],
  [{ container: 'x-*', project: 'a', kind: '$1' }, 'x-No kind'],
  [{ container: 'x-*', project: 'a', purpose: '$1' }, 'x-'],
] as const)('a rule %o says nothing of "%s", which would be no name', ([rule, name]) => {
  const told = [{ port: 4424, name, labels: { project: '' } }]
  expect(planAdoption(look(told, { rules: [{ environment: 'production', ...rule }] }))).toEqual({ steps: [], left: [] })
})

test('a number that is high, and one that no registry can be above', () => {
  const high = { port: 4424, labels: { ...TRUE_NUMBERS, token: 850_000_000_000_000 } }
  const truth = { port: 4400, labels: { project: 'worb', claim: 3, token: 850_500_000_000_000 } }
  expect(planRebuild(look([high, truth])).floor?.token).toBe(850_501_000_000_000)
  const highest = { port: 4424, labels: { ...TRUE_NUMBERS, token: 900_000_000_000_000 } }
  expect(() => planRebuild(look([highest]))).toThrow(
    expect.objectContaining({ code: 'RECONCILE_NUMBER_TOO_HIGH', message: expect.stringContaining('c-4424') }),
  )
})

test('who is not believed does not raise the numbers, unless they may be true', () => {
  const truth = { port: 4424, labels: TRUE_NUMBERS }
  const floorWith = (token: number) =>
    planRebuild(look([truth, { port: 4428, isRunning: false, labels: { claim: 7, token } }])).floor?.token
  expect(floorWith(800_000_000_000_000)).toBe(1_000_000_000)
  expect(floorWith(5_000_000_000)).toBe(6_000_000_000)
})

test('numbers beside claims that are there already count as well', () => {
  const restored = { claims: [claimOf({ blue: EMPTY, green: EMPTY })] }
  const told = [{ port: 4424, labels: { ...TRUE_NUMBERS, token: 4_000_000_000_000 } }]
  expect(planRebuild(look(told, restored)).floor?.token).toBe(4_001_000_000_000)
  const stranger = [{ port: 4425, labels: { project: 'cms', claim: 1, token: 4_000_000_000_000 } }]
  expect(planRebuild(look(stranger, restored)).floor?.token).toBe(1_000_000_000)
})

test('every new token is above all that adopted labels show, and no need is claimed twice', () => {
  const anyTold = fc.record({
    port: fc.integer({ min: 4400, max: 4412 }),
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    isRunning: fc.boolean(),
    labels: fc.record(
      {
        project: fc.constantFrom('pay', 'cms', 'worb'),
        slot: fc.constantFrom('blue', 'green'),
        claim: fc.nat(20),
        token: fc.oneof(fc.nat(50), fc.nat(800_000_000_000_000)),
      },
      { requiredKeys: ['project'] },
    ),
  })
  fc.assert(
    fc.property(fc.array(anyTold, { maxLength: 8 }), (told) => {
      const { steps, floor } = planRebuild(look(told))
      const needs = steps.map(({ step: { request } }) => `${request.project} ${request.kind}`)
      expect(new Set(needs).size).toBe(needs.length)
      for (const { step } of steps) {
        const shown = Number(step.request.labels?.['portolan.token'] ?? 0)
        expect(shown === 0 || (floor?.token ?? 0) > shown).toBe(true)
      }
    }),
  )
})
