import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatNotice, type Notice, parseNotice, postgresChannel } from './postgres-notice.ts'

const channel = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 })
const inline = fc
  .record({ channel, value: fc.jsonValue() })
  .map(({ channel, value }): Notice => ({ kind: 'inline', channel, text: JSON.stringify(value) }))
const stored = fc
  .record({ channel, id: fc.uuid(), sizeBytes: fc.nat() })
  .map((place): Notice => ({ kind: 'stored', ...place }))

test('what was formatted is parsed to the same notice, and fits into a notification', () => {
  fc.assert(
    fc.property(fc.oneof(inline, stored), fc.nat(), (notice, sequence) => {
      const payload = formatNotice(notice, sequence)
      if (payload === undefined) return notice.kind === 'inline' && notice.text.length > 5_000
      expect(parseNotice(payload)).toEqual(notice)
      expect(Buffer.byteLength(payload)).toBeLessThan(8_000)
      return true
    }),
  )
})

test('the last byte that fits is inline, one more is not', () => {
  const sizeOf = (length: number): number | undefined => {
    const payload = formatNotice({ kind: 'inline', channel: 'x', text: `"${'x'.repeat(length)}"` }, 1)
    return payload === undefined ? undefined : Buffer.byteLength(payload)
  }
  const fitting = Array.from({ length: 300 }, (_, index) => 7_800 + index).findLast((length) => sizeOf(length))
  expect(sizeOf(fitting ?? 0)).toBe(7_999)
  expect(sizeOf((fitting ?? 0) + 1)).toBeUndefined()
})

test('the longest and worst name still fits with the place of a large message', () => {
  const worst = '\u0001'.repeat(512)
  const notice = { kind: 'stored', channel: worst, id: crypto.randomUUID(), sizeBytes: 1_048_576 } as const
  expect(formatNotice(notice, Number.MAX_SAFE_INTEGER)).toBeDefined()
})

test('anything else is no notice, and throws nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseNotice(text)).toBeUndefined()
    }),
  )
  const others = ['', 'null', '[]', '{"version":2,"channel":"x"}\n1', '{"version":1,"channel":"x"}', '{"version":1}\n1']
  expect(others.map(parseNotice)).toEqual(others.map(() => undefined))
})

test('every name has a channel of PostgreSQL that needs no quotes', () => {
  fc.assert(fc.property(channel, (name) => /^bus_[0-9a-f]{40}$/.test(postgresChannel(name))))
})
