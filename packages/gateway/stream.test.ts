import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestSocketServer, openTestUpstream, RawClient, routeTo } from './testing.ts'

const CHUNK = Buffer.alloc(256 * 1024, 7)
const CHUNK_COUNT = 480 // 120 MiB
const TOTAL_BYTES = CHUNK.length * CHUNK_COUNT

test('an event is visible before the next one is made', async () => {
  const events = Promise.withResolvers<(text: string) => void>()
  await using upstream = await openTestUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).flushHeaders()
    events.resolve((text) => response.write(text))
  })
  // The limit on standing still is far shorter than what the stream is silent for.
  await using world = await openTestGateway([routeTo('/', upstream.port)], { timeouts: { idleMs: 50 } })
  await using client = await RawClient.open(world.port)
  client.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const emit = await events.promise
  await eventually(() => client.received).toMatch(/text\/event-stream; charset=utf-8\r\n[\s\S]*\r\n\r\n/i)
  for (const event of ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) {
    const silentSinceMs = performance.now()
    await eventually(() => performance.now() - silentSinceMs).toBeGreaterThan(120)
    emit(event)
    await eventually(() => client.received).toContain(event)
  }
  expect(client.end).toBe('open')
})

test('120 MiB up and down at the same time arrive whole', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    request.pipe(response)
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  const outgoing = openRequest(world.url, { method: 'POST' })
  const sent = pipeline(Readable.from(repeat(CHUNK, CHUNK_COUNT)), outgoing)
  const incoming = await responseTo(outgoing)
  let receivedBytes = 0
  for await (const chunk of incoming) receivedBytes += chunk.length
  await sent
  expect(receivedBytes).toBe(TOTAL_BYTES)
})

test('a reader that pauses stops the service, and little is held in between', async () => {
  let writtenBytes = 0
  await using upstream = await openTestUpstream((_request, response) => {
    const source = Readable.from(count(repeat(CHUNK, CHUNK_COUNT)))
    source.pipe(response)
  })
  async function* count(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      writtenBytes += chunk.length
      yield chunk
    }
  }
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  const outgoing = openRequest(world.url)
  outgoing.end()
  const incoming = await responseTo(outgoing) // and nobody reads
  const heldBytes = await settled(() => writtenBytes)
  // Kernel buffers of two loopback connections and a few stream buffers; the whole would be 120 MiB.
  expect(heldBytes).toBeLessThan(TOTAL_BYTES / 4)
  let receivedBytes = 0
  for await (const chunk of incoming) receivedBytes += chunk.length
  expect(receivedBytes).toBe(TOTAL_BYTES)
})

test('a service that does not read stops the client', async () => {
  const paused = Promise.withResolvers<IncomingMessage>()
  await using upstream = await openTestUpstream((request, response) => {
    paused.resolve(request)
    request.once('end', () => response.end('done'))
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  let readBytes = 0
  async function* upload() {
    for await (const chunk of repeat(CHUNK, CHUNK_COUNT)) {
      readBytes += chunk.length
      yield chunk
    }
  }
  const outgoing = openRequest(world.url, { method: 'PUT' })
  const sent = pipeline(Readable.from(upload()), outgoing)
  const request = await paused.promise
  expect(await settled(() => readBytes)).toBeLessThan(TOTAL_BYTES / 4)
  request.resume()
  await sent
  const incoming = await responseTo(outgoing)
  expect(incoming.resume().statusCode).toBe(200)
  expect(readBytes).toBe(TOTAL_BYTES)
})

test('a client that goes away aborts the request to the service, before and after the answer has begun', async () => {
  const gone: string[] = []
  let begun = 0
  await using upstream = await openTestUpstream((request, response) => {
    begun += 1
    if (request.url === '/begun') response.write('first')
    response.once('close', () => gone.push(request.url ?? ''))
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using waiting = await RawClient.open(world.port)
  await using reading = await RawClient.open(world.port)
  waiting.say('GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n')
  reading.say('GET /begun HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => begun).toBe(2)
  await eventually(() => reading.received).toContain('first')
  waiting.socket.destroy()
  reading.socket.destroy()
  await eventually(() => gone.toSorted()).toEqual(['/begun', '/waiting'])
})

test('a client that goes away in its upload aborts the request to the service', async () => {
  const aborted = Promise.withResolvers<void>()
  let receivedBytes = 0
  await using upstream = await openTestUpstream((request) => {
    request.on('data', (chunk: Buffer) => {
      receivedBytes += chunk.length
    })
    request.once('error', () => aborted.resolve())
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\npart')
  await eventually(() => receivedBytes).toBe(4)
  client.socket.destroy()
  await aborted.promise
})

test.for([
  ['a length', 'HTTP/1.1', 'Content-Length: 100\r\n\r\npart'],
  ['chunks', 'HTTP/1.1', 'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'],
  ['chunks, for HTTP/1.0', 'HTTP/1.0', 'Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n'],
] as const)('a service that dies in the middle of %s never looks like a clean end', async ([, version, rest]) => {
  const die = Promise.withResolvers<() => void>()
  await using upstream = await openTestSocketServer(createNetServer(), (socket) => {
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\n${rest}`)
      die.resolve(() => socket.destroy())
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.say(`GET / ${version}\r\nHost: a\r\n\r\n`)
  await eventually(() => client.received).toContain('part')
  const kill = await die.promise
  kill()
  await eventually(() => client.end).not.toBe('open')
  expect(client.received).not.toContain('0\r\n\r\n')
  if (version === 'HTTP/1.0') expect(client.end).toBe('reset')
})

test('an answer that stands still is ended at the idle limit', async () => {
  await using upstream = await openTestUpstream((_request, response) => {
    response.write('first')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)], { timeouts: { idleMs: 100 } })
  await using client = await RawClient.open(world.port)
  client.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => client.end).not.toBe('open')
  expect(client.received).toMatch(/first\r\n$/)
})

async function* repeat(chunk: Buffer, count: number) {
  for (let index = 0; index < count; index += 1) yield await Promise.resolve(chunk)
}

async function responseTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [incoming]: IncomingMessage[] = await once(outgoing, 'response')
  if (incoming === undefined) throw new TypeError('There is no response.')
  return incoming
}

/** The value once it has been the same for ten looks in a row. */
async function settled(look: () => number): Promise<number> {
  let last = -1
  let sameCount = 0
  const isSettled = () => {
    const value = look()
    sameCount = value === last && value > 0 ? sameCount + 1 : 0
    last = value
    return sameCount >= 10
  }
  await expect.poll(isSettled, { interval: 30, timeout: 10_000 }).toBe(true)
  return last
}
