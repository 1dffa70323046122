import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { openTestGateway, openTestSocketServer, RawClient, routeTo } from '../testing.ts'
import { readAnswers } from './strict-reader.ts'

const REFUSED = '502'
const EVIL = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL'
const OK = 'HTTP/1.1 200 OK\r\n'
const FINE = `${OK}Content-Length: 4\r\n\r\nfine`

interface AnswerCase {
  readonly name: string
  /** What the service says to the first request, in latin1. */
  readonly answer: string
  /** How the client reads it. */
  readonly reads: string
  readonly method?: string
  /** The service ends its connection behind it. */
  readonly ends?: boolean
}

const CASES: readonly AnswerCase[] = [
  {
    name: 'a length and a coding',
    answer: `${OK}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    reads: REFUSED,
  },
  { name: 'two lengths', answer: `${OK}Content-Length: 4\r\nContent-Length: 5\r\n\r\nfine!`, reads: REFUSED },
  { name: 'two lengths that agree', answer: `${OK}Content-Length: 4\r\nContent-Length: 4\r\n\r\nfine`, reads: REFUSED },
  { name: 'a length with a sign', answer: `${OK}Content-Length: +4\r\n\r\nfine`, reads: REFUSED },
  {
    name: 'an unknown coding',
    answer: `${OK}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    reads: REFUSED,
    ends: true,
  },
  { name: 'two codings', answer: `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, reads: REFUSED },
  {
    name: 'chunks in HTTP/1.0',
    answer: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    reads: REFUSED,
  },
  { name: 'a line that goes on', answer: `${OK}X: y\r\n z\r\nContent-Length: 4\r\n\r\nfine`, reads: REFUSED },
  { name: 'a space before the colon', answer: `${OK}Content-Length : 4\r\n\r\nfine`, reads: REFUSED },
  { name: 'an LF in a line', answer: `${OK}X: y\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\nfine`, reads: REFUSED },
  { name: 'a CR in a line', answer: `${OK}X: y\rSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\nfine`, reads: REFUSED },
  { name: 'lines that end in LF', answer: 'HTTP/1.1 200 OK\nContent-Length: 4\n\nfine', reads: REFUSED, ends: true },
  { name: 'a NUL in a line', answer: `${OK}X: \0\r\nContent-Length: 4\r\n\r\nfine`, reads: REFUSED },
  { name: 'no HTTP', answer: 'SSH-2.0-OpenSSH_9.2\r\n', reads: REFUSED },
  { name: 'HTTP/0.9', answer: '<html>fine</html>', reads: REFUSED, ends: true },
  { name: 'HTTP/2', answer: 'HTTP/2 200 OK\r\nContent-Length: 4\r\n\r\nfine', reads: REFUSED },
  {
    name: '101 that nobody asked for',
    answer: `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${EVIL}`,
    reads: REFUSED,
  },
  { name: 'nothing', answer: '', reads: REFUSED, ends: true },
  { name: 'a head that breaks off', answer: `${OK}Content-Le`, reads: REFUSED, ends: true },
  { name: 'an answer behind the answer', answer: FINE + EVIL, reads: '200 "fine"' },
  {
    name: 'an answer behind chunks',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n${EVIL}`,
    reads: '200 "fine"',
  },
  { name: 'a byte behind the answer', answer: `${FINE}x`, reads: '200 "fine"' },
  {
    name: '204 with content',
    answer: `HTTP/1.1 204 No Content\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`,
    reads: '204 ""',
  },
  {
    name: '204 with chunks',
    answer: `HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${EVIL}`,
    reads: '204 ""',
  },
  {
    name: '304 with content',
    answer: `HTTP/1.1 304 Not Modified\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`,
    reads: '304 ""',
  },
  {
    name: 'content to a HEAD',
    answer: `${OK}Content-Length: ${EVIL.length}\r\n\r\n${EVIL}`,
    method: 'HEAD',
    reads: '200 ""',
  },
  {
    name: 'chunks to a HEAD',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n${EVIL.length.toString(16)}\r\n${EVIL}\r\n0\r\n\r\n`,
    method: 'HEAD',
    reads: '200 ""',
  },
  {
    name: 'an interim answer with a length',
    answer: `HTTP/1.1 103 Early Hints\r\nContent-Length: ${EVIL.length}\r\n\r\n${FINE}`,
    reads: '200 "fine"',
  },
  {
    name: 'an interim answer with content',
    answer: `HTTP/1.1 100 Continue\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}${FINE}`,
    reads: '200 "EVIL"',
  },
  {
    name: 'ten thousand interim answers',
    answer: `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10_000)}${FINE}`,
    reads: REFUSED,
  },
  {
    name: 'content shorter than its length',
    answer: `${OK}Content-Length: 10\r\n\r\nfine`,
    reads: '200 broken',
    ends: true,
  },
  {
    name: 'chunks that break off',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nfi`,
    reads: '200 broken',
    ends: true,
  },
  {
    name: 'chunks without the last',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n`,
    reads: '200 broken',
    ends: true,
  },
  {
    name: 'chunks without the last line',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n`,
    reads: '200 broken',
    ends: true,
  },
  {
    name: 'a chunk that is longer than it says',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nfine!\r\n0\r\n\r\n`,
    reads: '200 broken',
  },
  {
    name: 'a size that is none',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\nEVIL\r\n`,
    reads: '200 broken',
  },
  {
    name: 'Connection names the length',
    answer: `${OK}Connection: content-length\r\nContent-Length: 4\r\n\r\nfine`,
    reads: '200 "fine"',
  },
]

// The two requests come at once, so that the second is sent in the very turn in which the first one's answer ends.
test.for(CASES)(
  '$name: the client reads $reads, and the second answer is its own',
  async ({ answer, reads, method = 'GET', ends = false }) => {
    await using service = await openTestSocketServer(createServer(), (socket) => {
      socket.setEncoding('latin1')
      socket.on('data', (text: string) => {
        if (text.includes(' /second ')) socket.write(`${OK}Content-Length: 6\r\n\r\nsecond`)
        else socket.write(answer, 'latin1', () => ends && socket.end())
      })
    })
    await using world = await openTestGateway([routeTo('/', service.port)])
    await using client = await RawClient.open(world.port)
    const closed = once(client.socket, 'close')
    client.socket.once('end', () => client.socket.end())
    client.say(
      `${method} /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    await closed
    const [first, ...others] = readAnswers(client.received, [method, 'GET'])
    expect(first).toMatch(reads === REFUSED ? /^502 / : reads)
    expect(others).toEqual(reads.endsWith('broken') ? [] : ['200 "second"'])
  },
)
