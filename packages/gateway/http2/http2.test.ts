import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestGateway, openTestUpstream, routeTo } from '../testing.ts'
import { ASKING, END_HEADERS, END_STREAM, FRAMES, FrameClient, fieldBlock } from './frame-client.ts'

interface TestClient extends AsyncDisposable {
  readonly session: ClientHttp2Session
}

async function openClient(port: number, settings = {}): Promise<TestClient> {
  const session = connect(`http://127.0.0.1:${port}`, { settings })
  session.on('error', () => undefined) // tests end sessions on purpose
  await once(session, 'remoteSettings')
  return {
    session,
    async [Symbol.asyncDispose]() {
      session.destroy()
    },
  }
}

interface TestAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly trailers: IncomingHttpHeaders
}

async function gather(stream: ClientHttp2Stream): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function ask(
  { session }: TestClient,
  headers: OutgoingHttpHeaders,
  send: (stream: ClientHttp2Stream) => void = (stream) => stream.end(),
): Promise<TestAnswer> {
  const stream = session.request({ ':path': '/', ...headers })
  let trailers: IncomingHttpHeaders = {}
  stream.on('trailers', (late: IncomingHttpHeaders) => {
    trailers = late
  })
  send(stream)
  const [answer] = await once(stream, 'response')
  const text = (await gather(stream)).toString('latin1')
  return { status: answer[':status'] ?? 0, headers: answer, text, trailers }
}

test('the cleartext port speaks HTTP/1.1 and HTTP/2 (prior knowledge)', async () => {
  await using upstream = await openTestUpstream((request, response) =>
    response.end(JSON.stringify([request.url, request.headers])),
  )
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const { status, headers, text } = await ask(client, { ':path': '/a/%2e/b?c=1', cookie: ['a=1', 'b=2'] })
  const [url, seen] = JSON.parse(text)
  expect(status).toBe(200)
  expect(url).toBe('/a/b?c=1')
  expect(seen).toMatchObject({
    host: `127.0.0.1:${world.port}`,
    cookie: 'a=1; b=2',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-request-id': headers['x-request-id'],
  })
  expect(headers).not.toHaveProperty('connection')
  expect((await fetch(world.url)).status).toBe(200)
})

test('what a service says twice arrives twice, in bytes as they were', async () => {
  await using upstream = await openTestUpstream((_request, response) => {
    response
      .setHeader('Set-Cookie', ['a=1', 'b=2'])
      .setHeader('X-Name', 'caf\u00e9')
      .setHeader('HTTP2-Settings', 'x')
      .end()
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const { headers } = await ask(client, {})
  expect(headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-name': 'caf\u00e9' })
  expect(headers).not.toHaveProperty('http2-settings')
})

test.for([
  ['HEAD', 200, { 'content-length': '5' }, ''],
  ['GET', 204, {}, ''],
  ['GET', 304, { 'content-length': '5' }, ''],
  ['GET', 200, { 'content-length': '5' }, 'hello'],
] as const)('%s answered with %i ends where it should', async ([method, status, expected, text]) => {
  await using upstream = await openTestUpstream((request, response) => {
    response.statusCode = status
    if (status !== 204) response.setHeader('Content-Length', 5)
    response.end(request.method === 'HEAD' || status !== 200 ? undefined : 'hello')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const answer = await ask(client, { ':method': method })
  expect(answer).toMatchObject({ status, text })
  expect(answer.headers).toMatchObject(expected)
})

test('an interim answer comes before the answer, and trailers behind it', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    request.resume().on('end', () => {
      response.setHeader('Trailer', 'X-Sum').write('content')
      response.addTrailers({ 'X-Sum': request.trailers['x-check'] ?? 'none' })
      response.end()
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const hints: unknown[] = []
  const answer = await ask(client, { ':method': 'POST' }, (stream) => {
    stream.on('headers', (early: IncomingHttpHeaders & { ':status'?: number }) =>
      hints.push([early[':status'], early.link]),
    )
    stream.write('hello')
    stream.end()
  })
  expect(answer).toMatchObject({ status: 200, text: 'content', trailers: { 'x-sum': 'none' } })
  expect(hints).toEqual([[103, '</a.css>; rel=preload']])
})

test('the trailers of a request reach the service', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    request.resume().on('end', () => response.end(JSON.stringify(request.trailers)))
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const stream = client.session.request({ ':path': '/', ':method': 'POST' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-check': '7', authorization: 'no' }))
  stream.end('hello')
  const text = (await gather(stream)).toString()
  expect(JSON.parse(text)).toEqual({ 'x-check': '7' })
})

test('content of any size passes both ways, and who reads slowly makes the other side wait', async () => {
  const size = 8_000_000
  let written = 0
  await using upstream = await openTestUpstream((request, response) => {
    let count = 0
    request.on('data', (piece: Buffer) => {
      count += piece.length
    })
    request.on('end', () => {
      response.setHeader('X-Count', count)
      const more = (): void => {
        while (written < size) {
          written += 65_536
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const stream = client.session.request({ ':path': '/', ':method': 'POST' })
  stream.end(Buffer.alloc(3_000_000))
  const [headers] = await once(stream, 'response')
  expect(headers['x-count']).toBe('3000000')
  let seen = -1
  await eventually(() => {
    const isStill = seen === written
    seen = written
    return isStill && written > 0
  }).toBe(true)
  expect(written).toBeLessThan(size)
  expect(await gather(stream)).toHaveLength(Math.ceil(size / 65_536) * 65_536)
}, 20_000)

test('an event is sent at once, and a client that leaves takes its request along', async () => {
  let isGone = false
  await using upstream = await openTestUpstream((_request, response) => {
    response.setHeader('Content-Type', 'text/event-stream').write('data: 1\n\n')
    response.on('close', () => {
      isGone = true
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const stream = client.session.request({ ':path': '/' })
  const [piece] = await once(stream, 'data')
  expect(String(piece)).toBe('data: 1\n\n')
  stream.close(constants.NGHTTP2_CANCEL)
  await eventually(() => isGone).toBe(true)
})

test('an answer that its service breaks off does not look complete', async () => {
  await using upstream = await openTestUpstream((_request, response) => {
    response.write('half', () => response.socket?.destroy())
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const stream = client.session.request({ ':path': '/' })
  const [error] = await once(stream, 'error')
  expect(error.message).toContain('INTERNAL_ERROR')
})

test('an upload whose connection is lost never looks complete', async () => {
  let end = 'open'
  await using upstream = await openTestUpstream((request) => {
    end = 'begun'
    request.resume().on('close', () => {
      end = request.complete ? 'complete' : 'broken'
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const stream = client.session.request({ ':path': '/', ':method': 'POST' })
  stream.on('error', () => undefined)
  stream.write('half')
  await eventually(() => end).toBe('begun')
  client.session.destroy()
  await eventually(() => end).toBe('broken')
})

test('a refusal says why, and other requests of the session go on', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('ok'))
  await using world = await openTestGateway([routeTo('/api', upstream.port)])
  await using client = await openClient(world.port)
  const refused = await ask(client, { ':path': '/nowhere' })
  expect(refused).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } })
  expect(refused.text).toContain('GATEWAY_NO_ROUTE')
  expect((await ask(client, { ':path': '/a\\b' })).status).toBe(400)
  expect((await ask(client, { ':path': '/api', expect: 'coffee' })).status).toBe(417)
  expect(await ask(client, { ':path': '/api' })).toMatchObject({ status: 200, text: 'ok' })
})

test('an answer before the end of an upload ends the upload without harm', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('enough'))
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const stream = client.session.request({ ':path': '/', ':method': 'POST' })
  stream.write('begun')
  expect((await gather(stream)).toString()).toBe('enough')
  await eventually(() => stream.closed).toBe(true)
  expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR)
  expect((await ask(client, {})).text).toBe('enough')
})

test('a drain lets the open request end, and then the session', async () => {
  let finish = (): void => undefined
  await using upstream = await openTestUpstream((_request, response) => {
    response.write('begun ')
    finish = () => void response.end('and ended')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await openClient(world.port)
  const stream = client.session.request({ ':path': '/' })
  await once(stream, 'response')
  const goneAway = once(client.session, 'goaway')
  const closed = world.gateway.close({ signal: AbortSignal.timeout(5_000) })
  const [code] = await goneAway
  expect(code).toBe(constants.NGHTTP2_NO_ERROR)
  finish()
  expect((await gather(stream)).toString()).toBe('begun and ended')
  await closed
  await eventually(() => client.session.destroyed).toBe(true)
})

test('a hand-over names the last request that is answered, so that others are asked again elsewhere', async () => {
  let finish = (): void => undefined
  await using upstream = await openTestUpstream((_request, response) => {
    finish = () => void response.end('ok')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await FrameClient.open(world.port)
  client.say({ type: FRAMES.headers, flags: END_HEADERS | END_STREAM, stream: 1, payload: fieldBlock(ASKING) })
  await once(upstream.server, 'request')
  const closed = world.gateway.close({ signal: AbortSignal.timeout(5_000), isHandOver: true })
  await eventually(() => client.lastStreams).toEqual([1])
  finish()
  await closed
  expect(client.frames.some(({ type, stream }) => type === FRAMES.data && stream === 1)).toBe(true)
})

test('idle sessions end, and new ones that ask nothing', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end())
  await using world = await openTestGateway([routeTo('/', upstream.port)], {
    timeouts: { keepAliveMs: 50, headersMs: 100 },
  })
  await using used = await openClient(world.port)
  await using unused = await openClient(world.port)
  await ask(used, {})
  await eventually(() => [used.session.closed, unused.session.closed]).toEqual([true, true])
})
