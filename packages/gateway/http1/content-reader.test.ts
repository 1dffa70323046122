import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChunkedReader } from './chunked-reader.ts'
import { type ContentReader, openContentReader } from './content-reader.ts'
import { MalformedMessage } from './malformed-message.ts'

/** Reads bytes in pieces of a size. */
function readAll(reader: ContentReader, bytes: Buffer, size = bytes.length) {
  let content = ''
  for (let from = 0; from < bytes.length; from += size) {
    const piece = bytes.subarray(from, from + size)
    const rest = reader.read(piece, (data) => {
      content += data.toString('latin1')
    })
    if (rest !== undefined)
      return { content, rest: rest.toString('latin1') + bytes.subarray(from + size).toString('latin1') }
  }
  return { content, rest: undefined }
}

test.for([1, 2, 3, 7, 1_000])('chunks with extensions and trailers are read in pieces of %i bytes', (size) => {
  const reader = new ChunkedReader()
  const bytes = Buffer.from('5;a=b\r\nhello\r\n00B\r\n, beautiful\r\n0\r\nX-Sum: 4\r\nY:\r\n\r\nGET / HTTP')
  expect(readAll(reader, bytes, size)).toEqual({ content: 'hello, beautiful', rest: 'GET / HTTP' })
  expect(reader.trailers).toEqual({ names: ['x-sum', 'y'], spelled: ['X-Sum', 'Y'], values: ['4', ''] })
})

test('without trailers it ends as well', () => {
  expect(readAll(new ChunkedReader(), Buffer.from('1\r\na\r\n0\r\n\r\n'), 1)).toEqual({ content: 'a', rest: '' })
})

test.for([
  ['no size', '\r\na\r\n0\r\n\r\n'],
  ['a size that is no number', 'g\r\n'],
  ['a size with 0x', '0x5\r\nhello\r\n'],
  ['a size with a sign', '+5\r\nhello\r\n'],
  ['a size with an underscore', '1_0\r\n'],
  ['a space before the size', ' 5\r\nhello\r\n'],
  ['a space behind the size', '5 \r\nhello\r\n'],
  ['a bare LF behind the size', '5\nhello\r\n'],
  ['a bare CR behind the size', '5\rhello\r\n'],
  ['a bare LF in an extension', '5;a\nhello\r\n'],
  ['a control character in an extension', '5;a\x01\r\nhello\r\n'],
  ['an extension without end', `5;${'a'.repeat(300)}\r\nhello\r\n`],
  ['a size beyond counting', 'ffffffffffffffff\r\n'],
  ['more content than was said', '5\r\nhello!\r\n'],
  ['less content than was said', '5\r\nhell\r\n0\r\n\r\n'],
  ['a bare LF behind the content', '5\r\nhello\n0\r\n\r\n'],
  ['a trailer that is folded', '0\r\nX: a\r\n b\r\n\r\n'],
  ['a trailer without a colon', '0\r\nX\r\n\r\n'],
  ['trailers without end', `0\r\nX: ${'a'.repeat(9_000)}\r\n\r\n`],
] as const)('%s is refused', ([, text]) => {
  expect(() => readAll(new ChunkedReader(), Buffer.from(text), 1)).toThrow(MalformedMessage)
  expect(() => readAll(new ChunkedReader(), Buffer.from(text))).toThrow(MalformedMessage)
})

test('whatever is written in chunks is read as it was, in whatever pieces', () => {
  const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 })
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 100 }), (chunks, size) => {
      const bytes = chunks.flatMap((chunk) => [
        Buffer.from(`${chunk.length.toString(16)}\r\n`),
        Buffer.from(chunk),
        Buffer.from('\r\n'),
      ])
      const { content, rest } = readAll(
        new ChunkedReader(),
        Buffer.concat([...bytes, Buffer.from('0\r\n\r\nnext')]),
        size,
      )
      expect(Buffer.from(content, 'latin1').equals(Buffer.concat(chunks))).toBe(true)
      expect(rest).toBe('next')
    }),
  )
})

test('how bytes are cut never changes what they are', () => {
  const piece = fc.constantFrom('0', '1', 'a', '5', '\r\n', '\r', '\n', ';', ' ', 'x', ':', '\r\n\r\n', 'hello')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 15 }), fc.integer({ min: 1, max: 5 }), (pieces, size) => {
      const bytes = Buffer.from(pieces.join(''))
      expect(outcome(bytes, size)).toEqual(outcome(bytes, Math.max(1, bytes.length)))
    }),
    { numRuns: 3_000 },
  )
})

test('thousands of tiny chunks are told as one piece, a large one without a copy', () => {
  const pieces: Buffer[] = []
  const tiny = Buffer.from('1\r\nx\r\n'.repeat(5_000))
  const reader = new ChunkedReader()
  reader.read(tiny, (piece) => pieces.push(piece))
  expect(pieces.map((piece) => piece.toString())).toEqual(['x'.repeat(5_000)])
  const large = Buffer.from(`1000\r\n${'y'.repeat(4_096)}\r\n0\r\n\r\n`)
  reader.read(large, (piece) => pieces.push(piece))
  expect(pieces.at(-1)?.buffer).toBe(large.buffer)
})

test('a length is counted, and what follows is left', () => {
  const reader = openContentReader({ kind: 'length', length: 5 })
  expect(readAll(reader, Buffer.from('hello next'), 3)).toEqual({ content: 'hello', rest: ' next' })
  expect(reader.isDone).toBe(true)
})

test('no content is done at once; content until the end never is', () => {
  expect(openContentReader({ kind: 'none' }).isDone).toBe(true)
  expect(openContentReader({ kind: 'length', length: 0 }).isDone).toBe(true)
  const endless = openContentReader({ kind: 'until-close' })
  expect(readAll(endless, Buffer.from('all of it'))).toEqual({ content: 'all of it', rest: undefined })
  expect(endless.isDone).toBe(false)
})

function outcome(bytes: Buffer, size: number) {
  try {
    return readAll(new ChunkedReader(), bytes, size)
  } catch (error) {
    if (error instanceof MalformedMessage) return error.fault
    throw error
  }
}
