import type { Sighting } from '@portolan/observe'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Band, DEFAULT_BANDS, narrowerBands } from './band.ts'
import { findRangeBlocker, type Outlook } from './blocker.ts'
import type { Claim, ClaimShape } from './claim.ts'
import { HostPicture } from './host-picture.ts'
import { listSkips, lowestFreeRange, type Wish } from './lowest-free-range.ts'
import { EMPTY_SLOTS } from './slot.ts'

const now = new Date('2026-03-02T09:00:00Z')
const soon = new Date('2026-03-02T09:10:00Z')
const before = new Date('2026-03-02T08:59:00Z')

function openPicture(claims: readonly Claim[], bands: readonly Band[] = DEFAULT_BANDS): HostPicture {
  const host = { name: 'seoul-1', addresses: [], ephemeralRange: { first: 32_768, last: 60_999 }, createdAt: now }
  const picture = new HostPicture({ hostId: 1, revision: 1, host, bands })
  for (const claim of claims) picture.put(claim)
  return picture
}

type Holding = { readonly state: 'held' } | { readonly state: 'released'; readonly until: Date }

let lastId = 0
function claimOn(first: number, last: number, more: { holding?: Holding; project?: string } = {}): Claim {
  const { holding = { state: 'held' }, project = 'worb' } = more
  lastId += 1
  const facts = {
    id: lastId,
    host: 'seoul-1',
    transport: 'tcp',
    range: { first, last },
    shape: 'range',
    project,
    environment: 'production',
    kind: 'app',
    purpose: `p-${lastId}`,
    labels: {},
    token: lastId,
    createdAt: before,
    createdBy: 'ci',
    slots: EMPTY_SLOTS,
  } as const
  if (holding.state === 'held') return { ...facts, state: 'held' }
  return { ...facts, state: 'released', releasedAt: before, quarantineUntil: holding.until }
}

function sightingOn(port: number): Sighting {
  return { transport: 'tcp', family: 'ipv4', address: '0.0.0.0', port }
}

function outlookOf(more: Partial<Outlook> = {}): Outlook {
  return { transport: 'tcp', project: 'vsvs-kr', now, sighted: new Map(), reserved: [], ...more }
}

const pairIn = (first: number, last: number): Wish => ({ within: { first, last }, shape: 'pair', portCount: 2 })

test('the lowest even pair is taken, whichever half of a lower one is gone', () => {
  const picture = openPicture([claimOn(4000, 4000), claimOn(4003, 4003)])
  expect(lowestFreeRange(picture, pairIn(4000, 4499), outlookOf())).toEqual({ first: 4004, last: 4005 })
})

test.for([
  ['browsers refuse one half', 4190, {}, 'browser-refused'],
  ['a well-known program lives there', 4222, {}, 'well-known'],
  ['the host takes outgoing ports there', 33_000, {}, 'ephemeral'],
  ['somebody listens there', 4300, { sighted: new Map([[4301, sightingOn(4301)]]) }, 'seen'],
  [
    'a smaller band has it',
    5432,
    { reserved: [{ environment: 'x', kind: 'db', range: { first: 5433, last: 5433 } }] },
    'well-known',
  ],
] as const)('a pair is skipped when %s', ([, blue, more, reason]) => {
  const picture = openPicture([])
  const skips = listSkips(picture, { ...pairIn(blue, blue + 1), before: undefined }, outlookOf(more))
  expect(lowestFreeRange(picture, pairIn(blue, blue + 1), outlookOf(more))).toBeUndefined()
  expect(skips).toMatchObject([{ reason, range: { first: blue, last: blue + 1 } }])
})

test('where two bands overlap, the smaller one keeps its ports', () => {
  const preview = { environment: 'preview', kind: 'app', range: { first: 5000, last: 5999 } }
  expect(narrowerBands(preview, DEFAULT_BANDS).map(({ range }) => range.first)).toEqual([5432, 5450])
  const outlook = outlookOf({ reserved: narrowerBands(preview, DEFAULT_BANDS) })
  expect(lowestFreeRange(openPicture([]), pairIn(5430, 5999), outlook)).toEqual({ first: 5430, last: 5431 })
  expect(lowestFreeRange(openPicture([]), pairIn(5432, 5999), outlook)).toEqual({ first: 5470, last: 5471 })
})

test('a quarantine keeps others away until it is over, and never its own project', () => {
  const quarantined = openPicture([claimOn(4000, 4001, { holding: { state: 'released', until: soon } })])
  expect(lowestFreeRange(quarantined, pairIn(4000, 4499), outlookOf())).toMatchObject({ first: 4002 })
  expect(lowestFreeRange(quarantined, pairIn(4000, 4499), outlookOf({ project: 'worb' }))).toMatchObject({
    first: 4000,
  })
  quarantined.endQuarantines(soon)
  expect(lowestFreeRange(quarantined, pairIn(4000, 4499), outlookOf({ now: soon }))).toMatchObject({ first: 4000 })
})

test('what is skipped for one reason in a row is one line', () => {
  const claims = Array.from({ length: 20 }, (_, index) => claimOn(4000 + index * 2, 4001 + index * 2))
  const skips = listSkips(openPicture(claims), { ...pairIn(4000, 4499), before: 4046 }, outlookOf())
  expect(skips).toEqual([
    {
      range: { first: 4000, last: 4039 },
      candidateCount: 20,
      reason: 'claimed',
      because: claims.slice(0, 5).map(({ id }) => `worb (claim ${id})`),
    },
    { range: { first: 4044, last: 4045 }, candidateCount: 1, reason: 'browser-refused', because: [] },
  ])
})

const anyFirst = fc.integer({ min: 4000, max: 4120 })
const anyClaim = fc.record({
  first: anyFirst,
  size: fc.integer({ min: 1, max: 5 }),
  kind: fc.constantFrom('held', 'quarantined', 'over', 'own'),
})

/** Claims that do not overlap, as the database would have them. */
function disjoint(drafts: readonly { first: number; size: number; kind: string }[]): readonly Claim[] {
  const taken = new Set<number>()
  const claims: Claim[] = []
  for (const { first, size, kind } of drafts) {
    const ports = Array.from({ length: size }, (_, index) => first + index)
    if (ports.some((port) => taken.has(port))) continue
    for (const port of ports) taken.add(port)
    const until = kind === 'over' ? before : soon
    const holding: Holding = kind === 'held' ? { state: 'held' } : { state: 'released', until }
    claims.push(claimOn(first, first + size - 1, { holding, project: kind === 'own' ? 'vsvs-kr' : 'worb' }))
  }
  return claims
}

test('the choice is the lowest that nothing blocks, and the skips are all the others before it', () => {
  const anyCase = fc.record({
    drafts: fc.array(anyClaim, { maxLength: 40 }),
    seen: fc.array(anyFirst, { maxLength: 6 }),
    shapes: fc.constantFrom<readonly [ClaimShape, number]>(['pair', 2], ['single', 1], ['range', 3], ['range', 7]),
    project: fc.constantFrom('vsvs-kr', 'nobody'),
  })
  fc.assert(
    fc.property(anyCase, ({ drafts, seen, shapes: [shape, portCount], project }) => {
      const picture = openPicture(disjoint(drafts))
      picture.endQuarantines(now)
      const sighted = new Map(seen.map((port) => [port, sightingOn(port)]))
      const outlook = outlookOf({
        sighted,
        project,
        reserved: [{ environment: 'x', kind: 'y', range: { first: 4050, last: 4053 } }],
      })
      const wish: Wish = { within: { first: 4001, last: 4110 }, shape, portCount }
      const candidates = Array.from({ length: 110 - portCount + 1 }, (_, index) => 4001 + index).filter(
        (first) => shape !== 'pair' || first % 2 === 0,
      )
      const isBlocked = (first: number) =>
        findRangeBlocker(picture, { first, last: first + portCount - 1 }, outlook) !== undefined
      const expected = candidates.find((first) => !isBlocked(first))
      const found = lowestFreeRange(picture, wish, outlook)
      expect(found?.first).toBe(expected)
      const skipped = listSkips(picture, { ...wish, before: found?.first }, outlook).reduce(
        (sum, skip) => sum + skip.candidateCount,
        0,
      )
      expect(skipped).toBe(candidates.filter((first) => first < (expected ?? Infinity)).length)
    }),
  )
})
