import { expect, test } from 'vitest'
import { MalformedMessage } from '../http1/malformed-message.ts'
import { translateRequest, translateTrailers } from './request-lines.ts'

const PSEUDO = [':method', 'GET', ':scheme', 'https', ':authority', 'app.example.com', ':path', '/a?b']

function translate(block: readonly string[], hasContent = false) {
  return translateRequest(block, { hasContent, limitBytes: 16_384 })
}

function request(...more: string[]) {
  return translate([...PSEUDO, ...more]).request
}

test('a request becomes one of HTTP/1.1, its authority the Host', () => {
  const { method, target, fields, framing } = request('accept', '*/*')
  expect({ method, target, framing }).toEqual({ method: 'GET', target: '/a?b', framing: { kind: 'none' } })
  expect(fields.names).toEqual(['host', 'accept'])
  expect(fields.values).toEqual(['app.example.com', '*/*'])
})

test('the crumbs of a cookie are joined to one line, where the first of them was (RFC 9113 §8.2.3)', () => {
  const { fields } = request('cookie', 'a=1', 'accept', '*/*', 'cookie', 'b=2; c=3', 'cookie', 'd=4')
  expect(fields.names).toEqual(['host', 'cookie', 'accept'])
  expect(fields.values).toEqual(['app.example.com', 'a=1; b=2; c=3; d=4', '*/*'])
})

test.for([
  ['a line end in a value', ['x-a', 'b\r\nHost: evil.example']],
  ['a line feed alone', ['x-a', 'b\nc']],
  ['a NUL', ['x-a', 'b\0']],
  ['a character that is no byte', ['x-a', '한']],
  ['a space before a value', ['x-a', ' b']],
  ['a tab behind a value', ['x-a', 'b\t']],
  ['a capital in a name', ['X-A', 'b']],
  ['a name that is no token', ['x a', 'b']],
  ['a colon in a name', ['x:a', 'b']],
  ['an empty name', ['', 'b']],
  ['Connection', ['connection', 'close']],
  ['Connection that names a field', ['connection', 'authorization']],
  ['Keep-Alive', ['keep-alive', 'timeout=5']],
  ['Proxy-Connection', ['proxy-connection', 'close']],
  ['Transfer-Encoding', ['transfer-encoding', 'chunked']],
  ['Upgrade', ['upgrade', 'websocket']],
  ['TE with a coding', ['te', 'gzip']],
  ['a Host that is not the authority', ['host', 'evil.example']],
  ['two Hosts', ['host', 'app.example.com', 'host', 'app.example.com']],
  ['two lengths', ['content-length', '0', 'content-length', '0']],
  ['a length that is none', ['content-length', '+1']],
  ['a length without content', ['content-length', '5']],
  ['a pseudo field behind the others', ['x-a', 'b', ':path', '/c']],
  ['a second :path', [':path', '/c']],
  ['an unknown pseudo field', [':status', '200']],
  ['the name of an object’s own property', [':__proto__', 'x']],
  [':protocol without CONNECT', [':protocol', 'websocket']],
] as const)('%s is refused', ([, more]) => {
  expect(() => request(...more)).toThrow(MalformedMessage)
})

test.for([
  ['no :method', [':scheme', 'http', ':authority', 'a', ':path', '/']],
  ['a :method with a space', [':method', 'GET /x HTTP/1.1', ':scheme', 'http', ':authority', 'a', ':path', '/']],
  ['no :scheme', [':method', 'GET', ':authority', 'a', ':path', '/']],
  ['another :scheme', [':method', 'GET', ':scheme', 'ftp', ':authority', 'a', ':path', '/']],
  ['no :path', [':method', 'GET', ':scheme', 'http', ':authority', 'a']],
  ['an empty :path', [':method', 'GET', ':scheme', 'http', ':authority', 'a', ':path', '']],
  ['a :path with a space', [':method', 'GET', ':scheme', 'http', ':authority', 'a', ':path', '/ HTTP/1.1']],
  ['an absolute :path', [':method', 'GET', ':scheme', 'http', ':authority', 'a', ':path', 'http://b/']],
  ['neither :authority nor Host', [':method', 'GET', ':scheme', 'http', ':path', '/']],
  ['a CONNECT with a path', [':method', 'CONNECT', ':authority', 'a:443', ':path', '/']],
  ['a CONNECT without authority', [':method', 'CONNECT']],
] as const)('%s is refused', ([, block]) => {
  expect(() => translate(block)).toThrow(MalformedMessage)
})

test('TE: trailers, and a Host that says the same as the authority, are let through', () => {
  expect(request('te', 'trailers', 'host', 'APP.example.com').fields.values).toEqual(['trailers', 'APP.example.com'])
})

test.for([
  [['content-length', '5'], { kind: 'length', length: 5 }],
  [[], { kind: 'chunked' }],
] as const)('content with %j is framed as %j', ([more, framing]) => {
  expect(translate([...PSEUDO, ...more], true).request.framing).toEqual(framing)
})

test('an extended CONNECT becomes a handshake with a key of our own (RFC 8441)', () => {
  const block = [':method', 'CONNECT', ':protocol', 'websocket', ':scheme', 'https', ':authority', 'a', ':path', '/ws']
  const { request, webSocketKey } = translate([...block, 'sec-websocket-key', 'theirs', 'origin', 'https://a'], true)
  expect(request).toMatchObject({ method: 'GET', target: '/ws', framing: { kind: 'none' } })
  expect(Buffer.from(webSocketKey ?? '', 'base64')).toHaveLength(16)
  const keys = request.fields.values.filter((_, at) => request.fields.names[at] === 'sec-websocket-key')
  expect(keys).toEqual([webSocketKey])
  expect(request.fields.names).toEqual(
    expect.arrayContaining(['connection', 'upgrade', 'sec-websocket-version', 'origin']),
  )
})

test.for([
  [':path', '/x'],
  ['connection', 'close'],
  ['X-A', 'b'],
  ['x-a', 'b\r\nc'],
])('a trailer "%s" is refused', (block) => {
  expect(() => translateTrailers(block)).toThrow(MalformedMessage)
})
