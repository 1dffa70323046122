import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameBoundary } from './frame-boundary.ts'

function frame(length: number, isMasked: boolean): Buffer {
  const mask = isMasked ? 0x80 : 0
  const head =
    length < 126
      ? Buffer.from([0x82, mask | length])
      : length < 65_536
        ? Buffer.from([0x82, mask | 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([0x82, mask | 127, 0, 0, 0, 0]), uint32(length)])
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0, 7), Buffer.alloc(length, 0xff)])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

test('however frames are cut, a boundary is exactly where one ends', () => {
  const lengths = fc.array(fc.oneof(fc.nat(130), fc.nat(70_000)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(lengths, fc.boolean(), fc.integer({ min: 1, max: 5_000 }), (sizes, isMasked, piece) => {
      const frames = sizes.map((length) => frame(length, isMasked))
      const ends = new Set<number>()
      frames.reduce((sum, { length }) => ends.add(sum + length) && sum + length, 0)
      const bytes = Buffer.concat(frames)
      const boundary = new FrameBoundary()
      for (let at = 0; at < bytes.length; at += piece) {
        boundary.push(bytes.subarray(at, at + piece))
        expect(boundary.isAtBoundary).toBe(ends.has(Math.min(at + piece, bytes.length)))
      }
    }),
    { numRuns: 50 },
  )
})
