import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  acceptsLeaf,
  type FamilyEvent,
  familyExpiresAt,
  nextFamily,
  REFRESH_LIMITS,
  type RefreshFamily,
  startFamily,
} from './refresh-family.ts'
import {
  createRefreshToken,
  formatRefreshToken,
  hashRefreshToken,
  parseRefreshToken,
  succeedRefreshToken,
} from './refresh-token.ts'

const DAY = 24 * 3_600_000
const START = Date.parse('2026-01-01T00:00:00Z')
const at = (ms: number) => new Date(START + ms)
const ROOT = 'root'
const hash = (leaf: string, root = ROOT) => ({ root, leaf })
const rotate = (leaf: string, ms: number, root = ROOT): FamilyEvent => ({
  type: 'rotate',
  presented: hash(leaf, root),
  successor: 'new',
  at: at(ms),
})

const FRESH = startFamily(hash('one'), at(0))
const ROTATED: RefreshFamily = {
  state: 'active',
  root: ROOT,
  startedAt: at(0),
  rotatedAt: at(DAY),
  current: ['two'],
  previous: 'one',
}
const REPEATED: RefreshFamily = { ...ROTATED, current: ['two', 'twin'] }
const FULL: RefreshFamily = {
  ...ROTATED,
  current: Array.from({ length: REFRESH_LIMITS.successorLimit }, (_, index) => `s${index}`),
}
const OLD: RefreshFamily = { ...ROTATED, rotatedAt: at(89 * DAY) }
const ENDED: RefreshFamily = { state: 'ended', reason: 'reuse', endedAt: at(DAY) }

const ended = (reason: 'reuse' | 'revoked' | 'expired', ms: number): RefreshFamily => ({
  state: 'ended',
  reason,
  endedAt: at(ms),
})
const moved = (ms: number, previous: string): RefreshFamily => ({
  state: 'active',
  root: ROOT,
  startedAt: at(0),
  rotatedAt: at(ms),
  current: ['new'],
  previous,
})

test.for<[states: string, family: RefreshFamily, event: FamilyEvent, next: RefreshFamily]>([
  ['fresh × its token', FRESH, rotate('one', DAY), moved(DAY, 'one')],
  ['fresh × a made-up token', FRESH, rotate('one', DAY, 'guess'), FRESH],
  ['fresh × a right root with a wrong leaf', FRESH, rotate('zero', DAY), ended('reuse', DAY)],
  ['fresh × its token after 30 days', FRESH, rotate('one', 30 * DAY), ended('expired', 30 * DAY)],
  ['fresh × revoke', FRESH, { type: 'revoke', at: at(DAY) }, ended('revoked', DAY)],
  ['fresh × a sweep in time', FRESH, { type: 'expire', at: at(30 * DAY - 1) }, FRESH],
  ['fresh × a sweep after 30 days', FRESH, { type: 'expire', at: at(30 * DAY) }, ended('expired', 30 * DAY)],
  ['rotated × its token', ROTATED, rotate('two', 2 * DAY), moved(2 * DAY, 'two')],
  ['rotated × its token after 30 idle days', ROTATED, rotate('two', 31 * DAY), ended('expired', 31 * DAY)],
  [
    'rotated × a repeat within the grace',
    ROTATED,
    rotate('one', DAY + 10_000),
    { ...ROTATED, current: ['two', 'new'] },
  ],
  ['rotated × a repeat after the grace', ROTATED, rotate('one', DAY + 10_001), ended('reuse', DAY + 10_001)],
  [
    'rotated × a repeat after the clock jumped back',
    ROTATED,
    rotate('one', DAY - 10_001),
    ended('reuse', DAY - 10_001),
  ],
  ['rotated × an older token within the grace', ROTATED, rotate('zero', DAY + 1), ended('reuse', DAY + 1)],
  ['rotated × a made-up token', ROTATED, rotate('two', 2 * DAY, 'guess'), ROTATED],
  ['rotated × revoke', ROTATED, { type: 'revoke', at: at(2 * DAY) }, ended('revoked', 2 * DAY)],
  ['rotated × a sweep in time', ROTATED, { type: 'expire', at: at(31 * DAY - 1) }, ROTATED],
  ['rotated × a sweep after 30 idle days', ROTATED, { type: 'expire', at: at(31 * DAY) }, ended('expired', 31 * DAY)],
  ['repeated × the first answer', REPEATED, rotate('two', DAY + 5_000), moved(DAY + 5_000, 'two')],
  ['repeated × the second answer', REPEATED, rotate('twin', 2 * DAY), moved(2 * DAY, 'twin')],
  [
    'repeated × a repeat within the grace',
    REPEATED,
    rotate('one', DAY + 1),
    { ...REPEATED, current: ['two', 'twin', 'new'] },
  ],
  ['repeated × a repeat after the grace', REPEATED, rotate('one', 2 * DAY), ended('reuse', 2 * DAY)],
  ['full × one repeat more within the grace', FULL, rotate('one', DAY + 1), ended('reuse', DAY + 1)],
  ['old × its token before 90 days', OLD, rotate('two', 90 * DAY - 1), moved(90 * DAY - 1, 'two')],
  ['old × its token after 90 days', OLD, rotate('two', 90 * DAY), ended('expired', 90 * DAY)],
  ['ended × its token', ENDED, rotate('one', 2 * DAY), ENDED],
  ['ended × revoke', ENDED, { type: 'revoke', at: at(2 * DAY) }, ENDED],
  ['ended × a sweep', ENDED, { type: 'expire', at: at(99 * DAY) }, ENDED],
])('%s', ([, family, event, next]) => {
  expect(nextFamily(family, event)).toEqual(next)
  expect(acceptsLeaf(nextFamily(family, event), 'new')).toBe(next.state === 'active' && next.current.includes('new'))
})

test('the twin that was not used ends the family when it is used after its sibling', () => {
  const used = nextFamily(REPEATED, rotate('two', DAY + 5_000))
  expect(nextFamily(used, rotate('twin', DAY + 6_000))).toMatchObject({ state: 'ended', reason: 'reuse' })
})

test('a thief and an owner who rotate by turns never both go on, whoever is first', () => {
  // Each holds the newest token that was handed out to them; the thief copied the owner's at some moment.
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: DAY })), { minLength: 4, maxLength: 30 }),
      (turns) => {
        let family = FRESH
        let nowMs = 0
        const leaves = { thief: 'one', owner: 'one' }
        const used = { thief: 0, owner: 0 }
        turns.forEach(([isThief, waitMs], index) => {
          nowMs += waitMs
          const who = isThief ? 'thief' : 'owner'
          const successor = `leaf-${index}`
          const next = nextFamily(family, { type: 'rotate', presented: hash(leaves[who]), successor, at: at(nowMs) })
          if (acceptsLeaf(next, successor)) {
            leaves[who] = successor
            used[who] += 1
          }
          family = next
        })
        // Both may get an answer to the token that they share; nobody's successor is accepted beside another's.
        expect(Math.min(used.thief, used.owner)).toBeLessThanOrEqual(1)
        if (used.thief > 1 && used.owner > 1) expect(family.state).toBe('ended')
      },
    ),
  )
})

test('no event revives a family or moves its end past 90 days', () => {
  const events = fc.oneof(
    fc.record({ type: fc.constant('revoke' as const), at: fc.integer({ min: 0, max: 100 * DAY }).map(at) }),
    fc.record({ type: fc.constant('expire' as const), at: fc.integer({ min: 0, max: 100 * DAY }).map(at) }),
    fc.record({
      type: fc.constant('rotate' as const),
      presented: fc.constantFrom(hash('one'), hash('new'), hash('one', 'guess')),
      successor: fc.constant('new'),
      at: fc.integer({ min: 0, max: 100 * DAY }).map(at),
    }),
  )
  fc.assert(
    fc.property(fc.array(events, { maxLength: 20 }), (list) => {
      let family = FRESH
      for (const event of list) {
        const next = nextFamily(family, event)
        if (family.state === 'ended') expect(next).toBe(family)
        if (next.state === 'active') expect(familyExpiresAt(next).getTime()).toBeLessThanOrEqual(START + 90 * DAY)
        family = next
      }
    }),
  )
})

test('a refresh token is read back as it was written, and its successor shares only the root', () => {
  const token = createRefreshToken('0f8b6c3e-6f6e-4c56-9d53-9a9e4b3b1c11')
  expect(parseRefreshToken(formatRefreshToken(token))).toEqual(token)
  const successor = succeedRefreshToken(token)
  expect(hashRefreshToken(successor).root).toBe(hashRefreshToken(token).root)
  expect(hashRefreshToken(successor).leaf).not.toBe(hashRefreshToken(token).leaf)
  expect(JSON.stringify(hashRefreshToken(token))).not.toContain(token.leaf)
})

test.for([
  '',
  '.',
  'a.b',
  'eyJhbGciOiJFZERTQSJ9.e30.c2ln',
  `../x.${'a'.repeat(65)}`,
  `id.${'a'.repeat(64)}`,
  `id.${'a'.repeat(65)}\n`,
])('"%s" is no refresh token', (text) => {
  expect(parseRefreshToken(text)).toBeUndefined()
})
