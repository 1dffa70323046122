import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLinearizable, type TimedOperation } from './linearizability.ts'
import { FREE_PORT, nextPort, type PortAction, type PortObject } from './port-model.ts'

type PortOperation = TimedOperation<PortAction>

function timed(calledAt: number, returnedAt: number, action: PortAction): PortOperation {
  return { calledAt, returnedAt, action }
}

const acquire = (claimId: number, token = claimId): PortAction => ({ type: 'acquire', claimId, token })
const release = (claimId: number): PortAction => ({ type: 'release', claimId })
const check = (...operations: readonly PortOperation[]) =>
  isLinearizable(operations, { initial: FREE_PORT, model: nextPort })

test('two who were given one port at the same time are found', () => {
  expect(check(timed(0, 1, acquire(1)), timed(2, 3, acquire(2)))).toBe(false)
  expect(check(timed(0, 9, acquire(1)), timed(0, 9, acquire(2)))).toBe(false)
})

test('a release that overlaps the next acquisition may have come before it, one that was asked later may not', () => {
  expect(check(timed(0, 1, acquire(1)), timed(2, 5, release(1)), timed(3, 4, acquire(2)))).toBe(true)
  expect(check(timed(0, 1, acquire(1)), timed(2, 3, acquire(2)), timed(4, 5, release(1)))).toBe(false)
})

test('what was never answered may take effect at any time after it was asked', () => {
  expect(check(timed(0, 1, acquire(1)), timed(2, Infinity, release(1)), timed(50, 51, acquire(2)))).toBe(true)
  expect(check(timed(0, 1, acquire(1)), timed(60, Infinity, release(1)), timed(50, 51, acquire(2)))).toBe(false)
})

test('a token that does not grow is found', () => {
  expect(check(timed(0, 1, acquire(1, 7)), timed(2, 3, release(1)), timed(4, 5, acquire(2, 6)))).toBe(false)
  expect(check(timed(0, 1, acquire(1, 7)), timed(2, 3, { type: 'take-over', claimId: 1, token: 7 }))).toBe(false)
})

test('a stale token is refused only after a higher one was given', () => {
  const seeNewer: PortAction = { type: 'see-newer', claimId: 1, token: 1 }
  const takeOver: PortAction = { type: 'take-over', claimId: 1, token: 2 }
  expect(check(timed(0, 1, acquire(1)), timed(2, 5, takeOver), timed(3, 4, seeNewer))).toBe(true)
  expect(check(timed(0, 1, acquire(1)), timed(2, 3, seeNewer), timed(4, 5, takeOver))).toBe(false)
})

/** Every order is tried. */
function bruteForce(left: readonly PortOperation[], state: PortObject): boolean {
  if (left.length === 0) return true
  const earliestReturn = Math.min(...left.map(({ returnedAt }) => returnedAt))
  return left.some((operation, index) => {
    if (operation.calledAt > earliestReturn) return false
    const next = nextPort(state, operation.action)
    return next !== undefined && bruteForce(left.toSpliced(index, 1), next)
  })
}

test('the search agrees with trying every order', () => {
  const claimId = fc.integer({ min: 1, max: 3 })
  const token = fc.integer({ min: 1, max: 4 })
  const action: fc.Arbitrary<PortAction> = fc.oneof(
    fc.record({
      type: fc.constantFrom('acquire' as const, 'take-over' as const, 'see-held' as const, 'see-newer' as const),
      claimId,
      token,
    }),
    fc.record({ type: fc.constantFrom('release' as const, 'see-released' as const), claimId }),
    fc.record({ type: fc.constant('see-free' as const) }),
  )
  const operation = fc
    .tuple(fc.integer({ min: 0, max: 20 }), fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(Infinity)), action)
    .map(([calledAt, tookMs, what]) => timed(calledAt, calledAt + tookMs, what))
  let positiveCount = 0
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
      const expected = bruteForce(operations, FREE_PORT)
      if (expected && operations.length > 2) positiveCount += 1
      expect(check(...operations)).toBe(expected)
    }),
    { numRuns: 3_000 },
  )
  expect(positiveCount).toBeGreaterThan(20)
})
