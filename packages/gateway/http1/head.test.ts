import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldMembers, fieldValues, hasMember, parseFields } from './fields.ts'
import { HeadBuffer } from './head-buffer.ts'
import { MalformedMessage } from './malformed-message.ts'
import { parseRequestLines } from './request-lines.ts'
import { parseResponseLines } from './response-lines.ts'

const OK = 'GET / HTTP/1.1\r\nHost: a\r\n'

test('a request is read as it came', () => {
  const request = parseRequestLines('POST /a?b=c HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nContent-Length:  12 \t\r\n')
  expect(request).toEqual({
    method: 'POST',
    target: '/a?b=c',
    isHttp10: false,
    isPersistent: true,
    framing: { kind: 'length', length: 12 },
    fields: {
      names: ['host', 'x-empty', 'content-length'],
      spelled: ['Host', 'X-Empty', 'Content-Length'],
      values: ['a', '', '12'],
    },
  })
})

test.for([
  ['two spaces in the first line', 'GET  / HTTP/1.1\r\nHost: a\r\n'],
  ['a tab in the first line', 'GET\t/ HTTP/1.1\r\nHost: a\r\n'],
  ['a space behind the version', 'GET / HTTP/1.1 \r\nHost: a\r\n'],
  ['a space before the method', ' GET / HTTP/1.1\r\nHost: a\r\n'],
  ['no version', 'GET /\r\nHost: a\r\n'],
  ['a version in small letters', 'GET / http/1.1\r\nHost: a\r\n'],
  ['a version of two digits', 'GET / HTTP/1.10\r\nHost: a\r\n'],
  ['a method that is no token', 'G(T / HTTP/1.1\r\nHost: a\r\n'],
  ['a control character in the target', 'GET /\x7f HTTP/1.1\r\nHost: a\r\n'],
  ['a byte above ASCII in the target', 'GET /\xe4 HTTP/1.1\r\nHost: a\r\n'],
  ['a Connection of more than 50 names', `${OK}Connection: ${'a,'.repeat(25)}a\r\nConnection: ${'b,'.repeat(24)}b\r\n`],
  ['a line without a colon', `${OK}X\r\n`],
  ['a name without characters', `${OK}: x\r\n`],
  ['a space before the colon', `${OK}X : x\r\n`],
  ['a tab before the colon', `${OK}X\t: x\r\n`],
  ['a folded line', `${OK}X: x\r\n y\r\n`],
  ['a fold by a tab', `${OK}X: x\r\n\ty\r\n`],
  ['a bare LF', `${OK}X: x\nY: y\r\n`],
  ['a bare CR', `${OK}X: x\rY: y\r\n`],
  ['a CR at the end of a value', `${OK}X: x\r\r\n`],
  ['a NUL in a value', `${OK}X: \0\r\n`],
  ['a vertical tab in front of a coding', `${OK}Transfer-Encoding: \x0bchunked\r\n`],
  ['a name above ASCII', `${OK}X\xe4: x\r\n`],
  ['two lengths that agree', `${OK}Content-Length: 5\r\nContent-Length: 5\r\n`],
  ['two lengths in one line', `${OK}Content-Length: 5, 5\r\n`],
  ['an empty length', `${OK}Content-Length:\r\n`],
  ['a length in hexadecimal', `${OK}Content-Length: 0x5\r\n`],
  ['a length with a sign', `${OK}Content-Length: +5\r\n`],
  ['a length with a space', `${OK}Content-Length: 5 5\r\n`],
  ['a length beyond counting', `${OK}Content-Length: 9999999999999999\r\n`],
  ['a length beside a coding', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`],
  ['two codings', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n`],
  ['a list of codings', `${OK}Transfer-Encoding: gzip, chunked\r\n`],
  ['chunked twice', `${OK}Transfer-Encoding: chunked, chunked\r\n`],
  ['identity', `${OK}Transfer-Encoding: identity\r\n`],
  ['an empty coding', `${OK}Transfer-Encoding:\r\n`],
  ['a coding in quotes', `${OK}Transfer-Encoding: "chunked"\r\n`],
  ['a coding with a parameter', `${OK}Transfer-Encoding: chunked;q=1\r\n`],
  ['a coding in HTTP/1.0', 'GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n'],
] as const)('%s is refused', ([, text]) => {
  expect(() => parseRequestLines(text)).toThrow(MalformedMessage)
})

test('another major version is told as such', () => {
  expect(() => parseRequestLines('GET / HTTP/2.0\r\nHost: a\r\n')).toThrow(expect.objectContaining({ kind: 'version' }))
})

test.for([
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n', 'GET', 'length', true],
  ['HTTP/1.1 200\r\nContent-Length: 5\r\n', 'GET', 'length', true],
  ['HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n', 'GET', 'chunked', true],
  ['HTTP/1.1 200 OK\r\n', 'GET', 'until-close', false],
  ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n', 'HEAD', 'none', true],
  ['HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n', 'GET', 'none', true],
  ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n', 'GET', 'none', true],
  ['HTTP/1.1 103 Early Hints\r\n', 'GET', 'none', true],
  ['HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 5\r\n', 'GET', 'length', false],
  ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n', 'GET', 'length', false],
] as const)('%j to %s ends by %s', ([text, method, kind, isPersistent]) => {
  const head = parseResponseLines(text, method)
  expect([head.framing.kind, head.isPersistent]).toEqual([kind, isPersistent])
})

test.for(['HTTP/1.1 99 X', 'HTTP/1.1 2000 X', 'HTTP/1.1  200 X', 'HTTP/2 200', 'HTTP/1.1 200 a\x01', 'ICY 200 OK'])(
  'an answer that begins with %j is refused',
  (line) => {
    expect(() => parseResponseLines(`${line}\r\nContent-Length: 0\r\n`, 'GET')).toThrow(MalformedMessage)
  },
)

test('a member of a list is found whatever stands around it, and no part of a member is', () => {
  const fields = parseFields('Connection: Keep-Alive , X-Close\r\nA: 1\r\nconnection: upgrade\r\n', 0)
  expect(
    ['keep-alive', 'x-close', 'upgrade', 'close'].map((member) => hasMember(fields, 'connection', member)),
  ).toEqual([true, true, true, false])
  expect(fieldMembers(fields, 'connection')).toEqual(['keep-alive', 'x-close', 'upgrade'])
  expect(fieldValues(fields, 'connection')).toEqual(['Keep-Alive , X-Close', 'upgrade'])
})

test('a head is the same in whatever pieces it comes, and what follows it is kept whole', () => {
  const text = `${OK}X-Long: ${'x'.repeat(5_000)}\r\n`
  const bytes = Buffer.from(`${text}\r\nrest of it`, 'latin1')
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 20 }), (cuts) => {
      const buffer = new HeadBuffer(10_000)
      const places = [...new Set([...cuts, bytes.length])].toSorted((a, b) => a - b)
      let from = 0
      let head: string | undefined
      let rest = ''
      for (const to of places) {
        const piece = bytes.subarray(from, to)
        if (head === undefined) {
          const taken = buffer.push(piece)
          head = taken?.text
          rest += taken?.rest.toString('latin1') ?? ''
        } else rest += piece.toString('latin1')
        from = to
      }
      expect([head, rest]).toEqual([text, 'rest of it'])
    }),
  )
})

test('a head that does not end is refused at its limit, byte by byte too', () => {
  const buffer = new HeadBuffer(1_000)
  const push = () => {
    for (let count = 0; count < 1_002; count += 1) buffer.push(Buffer.from('a'))
  }
  expect(push).toThrow(expect.objectContaining({ kind: 'too-large' }))
})

test('whatever bytes come, they are a request or a fault that is named, and what is read is read the same again', () => {
  const piece = fc.oneof(
    fc.constantFrom('GET', ' ', '/', 'HTTP/1.1', '\r\n', 'Host', ':', 'a', 'Content-Length', '5', 'chunked', '\t', ','),
    fc.constantFrom('Transfer-Encoding', '\r', '\n', '\0', 'Connection', 'close', '\x80', '\x7f', 'Upgrade'),
    fc.string({ maxLength: 5 }),
  )
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(`${pieces.join('')}\r\n`, 'latin1'))
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        text.map((bytes) => Buffer.concat([Buffer.from(OK), bytes])),
      ),
      (bytes) => {
        try {
          const { method, target, isHttp10, fields } = parseRequestLines(bytes.toString('latin1'))
          const lines = fields.spelled.map((name, index) => `${name}: ${fields.values[index]}\r\n`).join('')
          const again = `${method} ${target} HTTP/1.${isHttp10 ? 0 : 1}\r\n${lines}`
          expect(parseRequestLines(again)).toEqual(parseRequestLines(bytes.toString('latin1')))
        } catch (error) {
          if (!(error instanceof MalformedMessage)) throw error
        }
      },
    ),
    { numRuns: 5_000 },
  )
})
