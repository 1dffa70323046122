import { constants } from 'node:http2'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { jsonLines } from '../log.ts'
import { openTestGateway, openTestUpstream, routeTo } from '../testing.ts'
import { ASKING, END_HEADERS, END_STREAM, FRAMES, type Frame, FrameClient, fieldBlock } from './frame-client.ts'

const HEAD = fieldBlock(ASKING)
const CALM = constants.NGHTTP2_ENHANCE_YOUR_CALM

function headers(stream: number, flags = END_HEADERS | END_STREAM, payload = HEAD): Frame {
  return { type: FRAMES.headers, flags, stream, payload }
}

function data(text: string, flags = 0): Frame {
  return { type: FRAMES.data, flags, stream: 1, payload: Buffer.from(text) }
}

function reset(stream: number): Frame {
  return { type: FRAMES.rstStream, stream, payload: Buffer.from([0, 0, 0, constants.NGHTTP2_CANCEL]) }
}

async function openWorld(timeouts = {}) {
  let requestCount = 0
  let lines = ''
  const upstream = await openTestUpstream((request) => {
    requestCount += 1
    request.resume()
  })
  const logger = jsonLines((line) => {
    lines += line
  })
  const world = await openTestGateway([routeTo('/', upstream.port)], { timeouts, logger })
  return {
    port: world.port,
    log: () => lines,
    refusals: () => world.gateway.snapshot().refusals,
    requestCount: () => requestCount,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

test('rapid reset (CVE-2023-44487) ends the session, says so, and has made few requests', async () => {
  await using world = await openWorld()
  await using client = await FrameClient.open(world.port)
  for (let stream = 1; stream < 20_000; stream += 2) client.say(headers(stream), reset(stream))
  await eventually(() => client.goneAwayCode).toBe(CALM)
  await eventually(() => client.isClosed).toBe(true)
  await eventually(world.log).toContain('it reset too many streams')
  expect(world.refusals()).toEqual({ GATEWAY_BAD_REQUEST: 1 })
  expect(world.requestCount()).toBeLessThan(1_000)
})

test('a few requests taken back, as by a page that is left, harm nobody', async () => {
  await using world = await openWorld()
  await using client = await FrameClient.open(world.port)
  for (let stream = 1; stream < 200; stream += 2) client.say(headers(stream), reset(stream))
  client.say({ type: FRAMES.ping, payload: Buffer.from('12345678') })
  await eventually(() => client.frames.filter(({ type }) => type === FRAMES.ping).length).toBe(1)
  expect(client.goneAwayCode).toBeUndefined()
})

test.for([
  ['pings', { type: FRAMES.ping, payload: Buffer.alloc(8) }, 'it sent too many pings'],
  ['settings', { type: FRAMES.settings, payload: Buffer.from([0, 4, 0, 1, 0, 0]) }, 'it sent too many settings'],
] as const)('a flood of %s ends the session', async ([, frame, reason]) => {
  await using world = await openWorld()
  await using client = await FrameClient.open(world.port)
  for (let count = 0; count < 500; count += 1) client.say(frame)
  await eventually(() => client.goneAwayCode).toBe(CALM)
  await eventually(world.log).toContain(reason)
})

test('a flood of CONTINUATION frames (CVE-2024-27983) ends the session', async () => {
  await using world = await openWorld()
  await using client = await FrameClient.open(world.port)
  client.say(headers(1, END_STREAM))
  const more = fieldBlock([['x-a', 'b'.repeat(100)]])
  for (let count = 0; count < 10_000; count += 1) client.say({ type: FRAMES.continuation, stream: 1, payload: more })
  await eventually(() => client.isClosed).toBe(true)
  expect(world.requestCount()).toBe(0)
})

test('a request with 10 000 fields is refused, and others go on', async () => {
  await using world = await openWorld()
  await using client = await FrameClient.open(world.port)
  const fields = Array.from({ length: 1_000 }, (_, at) => [`x-${at}`, 'b'] as const)
  client.say(headers(1, END_HEADERS | END_STREAM, fieldBlock([...ASKING, ...fields])), headers(3))
  await eventually(() => client.resetCode(1)).toBe(CALM)
  await eventually(world.requestCount).toBe(1)
})

test('a request with a head that is too large is refused', async () => {
  await using world = await openWorld()
  await using client = await FrameClient.open(world.port)
  const block = fieldBlock([...ASKING, ['x-a', 'b'.repeat(15_000)], ['x-b', 'b'.repeat(15_000)]])
  const [first, second] = [block.subarray(0, 16_384), block.subarray(16_384)]
  client.say(headers(1, END_STREAM, first), {
    type: FRAMES.continuation,
    flags: END_HEADERS,
    stream: 1,
    payload: second,
  })
  await eventually(() => client.frames.filter(({ type }) => type === FRAMES.headers).length).toBe(1)
  await eventually(world.log).toContain('its head is larger than')
  expect(world.refusals()).toEqual({ GATEWAY_HEADERS_TOO_LARGE: 1 })
  expect(world.requestCount()).toBe(0)
})

test('no more streams are open at once than were allowed', async () => {
  await using world = await openWorld()
  await using client = await FrameClient.open(world.port)
  for (let stream = 1; stream < 601; stream += 2) client.say(headers(stream))
  await eventually(
    () => client.frames.filter(({ type }) => type === FRAMES.rstStream).length > 0 || client.isClosed,
  ).toBe(true)
  expect(world.requestCount()).toBeLessThanOrEqual(128)
})

test.for([
  ['a Transfer-Encoding', [...ASKING, ['transfer-encoding', 'chunked']]],
  ['a Host of its own', [...ASKING, ['host', 'evil.example']]],
  ['a capital in a name', [...ASKING, ['X-A', 'b']]],
  ['a second path', [...ASKING, [':path', '/c']]],
] as const)('%s resets the stream, and nothing reaches the service', async ([, fields]) => {
  await using world = await openWorld()
  await using client = await FrameClient.open(world.port)
  client.say(headers(1, END_HEADERS | END_STREAM, fieldBlock(fields)))
  await eventually(() => client.resetCode(1)).toBe(constants.NGHTTP2_PROTOCOL_ERROR)
  expect(world.requestCount()).toBe(0)
})

test.for(['b\r\nHost: evil.example', 'b\n', 'b\0'])(
  'a field with the value %j never reaches the service',
  async (value) => {
    const seen: unknown[] = []
    await using upstream = await openTestUpstream((request, response) => {
      seen.push(request.headers.host, request.headers['x-a'])
      response.end()
    })
    await using world = await openTestGateway([routeTo('/', upstream.port)])
    await using client = await FrameClient.open(world.port)
    // nghttp2 leaves such a field out, so that ours has nothing to refuse.
    client.say(headers(1, END_HEADERS | END_STREAM, fieldBlock([...ASKING, ['x-a', value]])))
    await eventually(() => seen).toEqual(['localhost', undefined])
  },
)

const SIZED = fieldBlock([...ASKING, ['content-length', '10']])

test.for([
  ['reset', [headers(1, END_HEADERS), data('half')], [reset(1)]],
  ['too short', [headers(1, END_HEADERS, SIZED), data('short')], [data('', END_STREAM)]],
  ['too long', [headers(1, END_HEADERS, SIZED), data('short')], [data('much too long for it')]],
] as const)('an upload that is %s never looks complete', async ([, begin, end]) => {
  let state = 'open'
  await using upstream = await openTestUpstream((request) => {
    state = 'begun'
    request.resume().on('close', () => {
      state = request.complete ? 'complete' : 'broken'
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await FrameClient.open(world.port)
  client.say(...begin)
  await eventually(() => state).toBe('begun')
  client.say(...end)
  await eventually(() => state).toBe('broken')
})

test('who never reads an answer loses it; who does so again and again, the session', async () => {
  await using upstream = await openTestUpstream((_request, response) => {
    const fill = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384)));
      response.once('drain', fill)
    }
    response.setHeader('Content-Type', 'text/event-stream')
    fill()
  })
  let lines = ''
  const logger = jsonLines((line) => {
    lines += line
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)], { timeouts: { idleMs: 60 }, logger })
  await using client = await FrameClient.open(world.port)
  client.say({ type: FRAMES.settings, payload: Buffer.from([0, 4, 0, 0, 0, 0]) }) // no window for any stream
  client.say(headers(1))
  await eventually(() => client.resetCode(1)).toBe(constants.NGHTTP2_CANCEL)
  expect(client.goneAwayCode).toBeUndefined()
  client.say(headers(3), headers(5), headers(7), headers(9))
  await eventually(() => client.goneAwayCode).toBe(CALM)
  expect(lines).toContain('it read nothing of too many answers')
})
