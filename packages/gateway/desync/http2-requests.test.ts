import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { END_HEADERS, END_STREAM, FRAMES, FrameClient, fieldBlock } from '../http2/frame-client.ts'
import { openTestGateway, routeTo } from '../testing.ts'
import { openRecordingUpstream } from './recording-upstream.ts'
import { outlineOf } from './strict-reader.ts'

type FieldLine = readonly [string, string]

interface DowngradeCase {
  readonly name: string
  /** In place of the ordinary pseudo fields. */
  readonly pseudo?: Readonly<Record<string, string>>
  readonly fields?: readonly FieldLine[]
  readonly content?: string
  readonly trailers?: readonly FieldLine[]
  /** What the service reads of it; nothing when it is refused. */
  readonly passes: readonly string[]
}

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'
const REFUSED: readonly string[] = []
/** nghttp2 leaves a field out that holds what no field may hold; the rest is a request as any other. */
const WITHOUT = ['POST /first ""'] as const
const WITHOUT_LAST_CHUNK = [`POST /first ${JSON.stringify('0\r\n\r\n')}`] as const

/** HTTP/2 that would be more than one message in HTTP/1.1 ("HTTP/2: The Sequel is Always Worse", PortSwigger 2021). */
const CASES: readonly DowngradeCase[] = [
  { name: 'content', content: 'hello', passes: ['POST /first "hello"'] },
  {
    name: 'content with its length',
    fields: [['content-length', '5']],
    content: 'hello',
    passes: ['POST /first "hello"'],
  },
  { name: 'content that looks like a request', content: SMUGGLED, passes: [`POST /first ${JSON.stringify(SMUGGLED)}`] },
  {
    name: 'content that looks like the last chunk',
    content: `0\r\n\r\n${SMUGGLED}`,
    passes: [`POST /first ${JSON.stringify(`0\r\n\r\n${SMUGGLED}`)}`],
  },
  {
    name: 'H2.CL: a length of nothing before content',
    fields: [['content-length', '0']],
    content: SMUGGLED,
    passes: REFUSED,
  },
  { name: 'H2.CL: a length that is too short', fields: [['content-length', '3']], content: 'hello', passes: REFUSED },
  { name: 'H2.CL: a length that is too long', fields: [['content-length', '99']], content: 'hello', passes: REFUSED },
  {
    name: 'H2.CL: two lengths',
    fields: [
      ['content-length', '5'],
      ['content-length', '0'],
    ],
    content: 'hello',
    passes: REFUSED,
  },
  { name: 'H2.TE', fields: [['transfer-encoding', 'chunked']], content: `0\r\n\r\n${SMUGGLED}`, passes: REFUSED },
  {
    name: 'H2.TE in capitals',
    fields: [['Transfer-Encoding', 'chunked']],
    content: `0\r\n\r\n${SMUGGLED}`,
    passes: REFUSED,
  },
  {
    name: 'H2.TE by a line end in a value',
    fields: [['x', 'y\r\ntransfer-encoding: chunked']],
    content: '0\r\n\r\n',
    passes: WITHOUT_LAST_CHUNK,
  },
  {
    name: 'H2.TE by a line end in a name',
    fields: [['x: y\r\ntransfer-encoding', 'chunked']],
    content: '0\r\n\r\n',
    passes: WITHOUT_LAST_CHUNK,
  },
  { name: 'a line feed in a value', fields: [['x', 'y\ntransfer-encoding: chunked']], passes: WITHOUT },
  { name: 'a carriage return in a value', fields: [['x', 'y\rz']], passes: WITHOUT },
  { name: 'a NUL in a value', fields: [['x', 'y\0']], passes: WITHOUT },
  { name: 'a colon in a name', fields: [['transfer-encoding:', 'chunked']], passes: WITHOUT },
  { name: 'a space in a name', fields: [['transfer-encoding ', 'chunked']], passes: WITHOUT },
  {
    name: 'a request in :path',
    pseudo: { ':path': `/ HTTP/1.1\r\nHost: localhost\r\n\r\n${SMUGGLED}` },
    passes: REFUSED,
  },
  { name: 'a space in :path', pseudo: { ':path': '/first HTTP/1.1' }, passes: REFUSED },
  {
    name: 'a request in :method',
    pseudo: { ':method': `GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET` },
    passes: REFUSED,
  },
  { name: 'a line end in :authority', pseudo: { ':authority': 'localhost\r\nX: y' }, passes: REFUSED },
  { name: 'a user in :authority', pseudo: { ':authority': 'a@localhost' }, passes: REFUSED },
  { name: 'a path in :authority', pseudo: { ':authority': 'localhost/smuggled' }, passes: REFUSED },
  { name: 'a line end in :scheme', pseudo: { ':scheme': 'http\r\nX: y' }, passes: REFUSED },
  { name: 'another Host than :authority', fields: [['host', 'example.com']], passes: REFUSED },
  { name: 'Connection', fields: [['connection', 'content-length']], content: 'hello', passes: REFUSED },
  { name: 'Upgrade', fields: [['upgrade', 'h2c']], passes: REFUSED },
  {
    name: 'a field with _ that some take for a length',
    fields: [['content_length', '0']],
    content: 'hello',
    passes: ['POST /first "hello"'],
  },
  { name: 'an unknown Expect', fields: [['expect', 'x']], content: 'hello', passes: REFUSED },
  { name: 'a trailer', content: 'hello', trailers: [['x-sum', '1']], passes: ['POST /first "hello"'] },
  {
    name: 'a length among the trailers',
    content: 'hello',
    trailers: [['content-length', '0']],
    passes: REFUSED,
  },
  {
    name: 'a line end in a trailer',
    content: 'hello',
    trailers: [['x', `y\r\n\r\n${SMUGGLED}`]],
    passes: ['POST /first "hello"'],
  },
  { name: 'a pseudo field among the trailers', content: 'hello', trailers: [[':path', '/smuggled']], passes: REFUSED },
]

test.for(CASES)('$name: the service reads what was said, once, and the next client is alone', async (downgrade) => {
  await using service = await openRecordingUpstream()
  await using world = await openTestGateway([routeTo('/', service.port)])
  await using client = await FrameClient.open(world.port)
  say(client, downgrade)
  await eventually(() => client.frames.some(({ stream }) => stream === 1) || client.isClosed).toBe(true)
  await using next = await FrameClient.open(world.port)
  say(next, { name: '', pseudo: { ':method': 'GET', ':path': '/next' }, passes: [] })
  await eventually(() => next.frames.some(({ stream, type }) => stream === 1 && type === FRAMES.headers)).toBe(true)
  expect(service.texts().join('')).not.toMatch(/\r\nx: y|transfer-encoding: chunked\r\n[\s\S]*transfer-encoding/i)
  expect(outlineOf(service.requests())).toEqual([...downgrade.passes, 'GET /next ""'])
})

function say(client: FrameClient, { pseudo, fields = [], content, trailers }: DowngradeCase): void {
  const ordinary = { ':method': 'POST', ':scheme': 'http', ':authority': 'localhost', ':path': '/first', ...pseudo }
  const isBare = content === undefined && trailers === undefined
  const payload = fieldBlock([...Object.entries(ordinary), ...fields])
  client.say({ type: FRAMES.headers, flags: END_HEADERS | (isBare ? END_STREAM : 0), stream: 1, payload })
  if (content !== undefined) {
    const flags = trailers === undefined ? END_STREAM : 0
    client.say({ type: FRAMES.data, flags, stream: 1, payload: Buffer.from(content, 'latin1') })
  }
  if (trailers !== undefined) {
    client.say({ type: FRAMES.headers, flags: END_HEADERS | END_STREAM, stream: 1, payload: fieldBlock(trailers) })
  }
}
