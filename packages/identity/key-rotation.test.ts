import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACCESS_TOKEN_LIFETIME_MS, CLOCK_SKEW_MS } from './access-token.ts'
import { KEY_ROTATION, nextKeys } from './key-rotation.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const at = (ms: number) => new Date(START + ms)
const key = (kid: string, ms: number) => ({ kid, createdAt: at(ms) })
const kids = (keys: readonly { readonly kid: string }[]) => keys.map(({ kid }) => kid)

test('without keys one is due and none signs', () => {
  expect(nextKeys([], at(0))).toEqual({ signing: undefined, published: [], dropped: [], isKeyDue: true })
})

test('the first key signs at once', () => {
  expect(nextKeys([key('a', 0)], at(0))).toMatchObject({ signing: { kid: 'a' }, isKeyDue: false })
})

test('a new key is published before it signs, and the old one is published after it signed', () => {
  const keys = [key('a', 0), key('b', 30 * DAY)]
  expect(nextKeys(keys.slice(0, 1), at(30 * DAY)).isKeyDue).toBe(true)
  const steps = [0, HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR].map((ms) => {
    const plan = nextKeys(keys, at(30 * DAY + ms))
    return [plan.signing?.kid, kids(plan.published), kids(plan.dropped)]
  })
  expect(steps).toEqual([
    ['a', ['b', 'a'], []],
    ['a', ['b', 'a'], []],
    ['b', ['b', 'a'], []],
    ['b', ['b', 'a'], []],
    ['b', ['b'], ['a']],
  ])
})

test('a clock that jumps back drops nothing and lets the oldest key sign', () => {
  const plan = nextKeys([key('a', 0), key('b', 30 * DAY)], at(-5 * DAY))
  expect(plan).toMatchObject({ signing: { kid: 'a' }, dropped: [], isKeyDue: false })
})

const KEYS = fc.uniqueArray(
  fc.record({ kid: fc.string({ minLength: 1 }), createdAt: fc.integer({ min: 0, max: 200 * DAY }).map(at) }),
  {
    selector: ({ kid }) => kid,
    maxLength: 6,
  },
)

test('every key is published or dropped, the signing one is published, and order does not matter', () => {
  fc.assert(
    fc.property(KEYS, fc.integer({ min: -DAY, max: 300 * DAY }).map(at), (keys, now) => {
      const plan = nextKeys(keys, now)
      expect([...plan.published, ...plan.dropped]).toHaveLength(keys.length)
      if (keys.length > 0) expect(plan.published).toContain(plan.signing)
      expect(nextKeys(keys.toReversed(), now)).toEqual(plan)
    }),
  )
})

test('a key that signed at any moment is published for as long as its last token lives', () => {
  const lifeMs = ACCESS_TOKEN_LIFETIME_MS + 2 * CLOCK_SKEW_MS
  expect(KEY_ROTATION.retainMs).toBeGreaterThan(lifeMs)
  fc.assert(
    fc.property(
      KEYS,
      fc.integer({ min: 0, max: 300 * DAY }),
      fc.integer({ min: 0, max: lifeMs }),
      (keys, ms, laterMs) => {
        // Only keys that are there when it signs: a later one cannot be older than that moment.
        const present = keys.filter(({ createdAt }) => createdAt <= at(ms))
        const { signing } = nextKeys(present, at(ms))
        if (signing !== undefined) expect(nextKeys(present, at(ms + laterMs)).published).toContain(signing)
      },
    ),
  )
})
