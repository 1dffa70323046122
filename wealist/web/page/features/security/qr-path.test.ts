import fc from 'fast-check'
import { expect, test } from 'vitest'
import { qrPathOf } from './qr-path.ts'

const SIZE = 7

test('the path covers the dark modules, each once, and no other', () => {
  const modules = fc.array(fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE }), { minLength: 1, maxLength: 7 })
  fc.assert(
    fc.property(modules, (rows) => {
      expect(drawn(qrPathOf(rows), rows.length)).toEqual(rows)
    }),
  )
})

/** What the strokes fill; a module that is drawn twice counts as light again, as an even-odd fill would show it. */
function drawn(path: string, height: number): boolean[][] {
  const rows = Array.from({ length: height }, () => Array.from({ length: SIZE }, () => false))
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
    const row = rows[Number(y)] ?? []
    for (let at = Number(x); at < Number(x) + Number(width); at += 1) row[at] = row[at] !== true
  }
  return rows
}
