import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mediaCapacity } from './media-capacity.ts'
import { anyRange } from './testing.ts'

const MEDIA = { first: 50_000, last: 60_000 }

test.for([
  [2, 1, 5_000],
  [1, 1, 10_001],
  [2, 2, 2_500],
  [1, 2, 5_000],
] as const)(
  '10,001 ports with %i peer connections and %i addresses carry %i participants',
  ([perParticipant, addresses, participants]) => {
    const options = { peerConnectionsPerParticipant: perParticipant, localAddressCount: addresses }
    expect(mediaCapacity(MEDIA, options)).toBe(participants)
  },
)

test('the participants fit into the range, and one more would not', () => {
  const count = fc.integer({ min: 1, max: 9 })
  fc.assert(
    fc.property(anyRange, count, count, (range, peerConnectionsPerParticipant, localAddressCount) => {
      const portsEach = peerConnectionsPerParticipant * localAddressCount
      const participants = mediaCapacity(range, { peerConnectionsPerParticipant, localAddressCount })
      expect(participants * portsEach).toBeLessThanOrEqual(range.last - range.first + 1)
      expect((participants + 1) * portsEach).toBeGreaterThan(range.last - range.first + 1)
    }),
  )
})

test.for([0, -1, 1.5, Number.NaN])('a count of %d is refused', (count) => {
  const options = { peerConnectionsPerParticipant: count, localAddressCount: 1 }
  expect(() => mediaCapacity(MEDIA, options)).toThrow(expect.objectContaining({ code: 'PORTS_CAPACITY_INVALID' }))
})
