import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PortBitmap } from './port-bitmap.ts'

const anyPort = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 65_535 }))

test('the search finds what looking at each port would find', () => {
  fc.assert(
    fc.property(fc.array(anyPort, { maxLength: 80 }), anyPort, anyPort, (taken, a, b) => {
      const [from, last] = [Math.min(a, b), Math.max(a, b)]
      const bitmap = new PortBitmap()
      const isTaken = new Set([...taken, from, from + 1, from + 2])
      for (const port of isTaken) bitmap.setFree(port, false)
      let free: number | undefined
      let pair: number | undefined
      for (let port = from; port <= last; port += 1) {
        if (isTaken.has(port)) continue
        free ??= port
        if (port % 2 === 0 && port + 1 <= last && !isTaken.has(port + 1)) pair ??= port
      }
      expect([bitmap.findFree(from, last), bitmap.findFreePair(from, last)]).toEqual([free, pair])
    }),
  )
})

test('a port that is given back is found again, at the edges of a word and of the range too', () => {
  const bitmap = new PortBitmap()
  for (let port = 0; port <= 65_535; port += 1) bitmap.setFree(port, false)
  for (const blue of [2, 30, 32, 62, 4_100, 65_534]) {
    bitmap.setFree(blue, true)
    expect(bitmap.findFree(1, 65_535)).toBe(blue)
    expect(bitmap.findFreePair(1, 65_535)).toBeUndefined()
    bitmap.setFree(blue + 1, true)
    expect(bitmap.findFreePair(1, 65_535)).toBe(blue)
    expect(bitmap.findFreePair(blue + 1, 65_535)).toBeUndefined()
    bitmap.setFree(blue, false)
    bitmap.setFree(blue + 1, false)
  }
})
