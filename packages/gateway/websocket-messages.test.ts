import { once } from 'node:events'
import { expect, test } from 'vitest'
import { type RawData, type ServerOptions, WebSocket, WebSocketServer } from 'ws'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestUpstream, routeTo } from './testing.ts'

const DEFLATE: ServerOptions = { perMessageDeflate: { threshold: 0 }, maxPayload: 64 * 1024 * 1024 }

test('fragments of a message pass with control frames between them', async () => {
  await using world = await openEcho()
  const client = await world.connect()
  const pongs: string[] = []
  client.on('pong', (data) => pongs.push(data.toString()))
  const echoed = once(client, 'message')
  client.send('one ', { fin: false })
  client.ping('between')
  client.send('message, ', { fin: false })
  client.ping('and again')
  client.send('three fragments', { fin: true })
  expect(String((await echoed)[0])).toBe('one message, three fragments')
  await eventually(() => pongs).toEqual(['between', 'and again'])
})

test.for([0, 1, 125, 126, 65_535, 65_536, 16 * 1024 * 1024])(
  'a binary message of %i bytes comes back whole',
  async (size) => {
    await using world = await openEcho()
    const client = await world.connect()
    const message = Buffer.alloc(size, 'portolan')
    client.send(message)
    const [echoed]: RawData[] = await once(client, 'message')
    expect(Buffer.isBuffer(echoed) && echoed.equals(message)).toBe(true)
  },
)

test('compression is agreed on end to end, and the gateway leaves it alone', async () => {
  await using world = await openEcho(DEFLATE)
  const client = await world.connect({ perMessageDeflate: { threshold: 0 } })
  expect(client.extensions).toContain('permessage-deflate')
  const message = 'the same again and '.repeat(10_000)
  client.send(message)
  expect(String((await once(client, 'message'))[0])).toBe(message)
})

test.for([
  [1000, 'done'],
  [1001, ''],
  [3000, '등록된 코드'],
  [4999, 'x'.repeat(123)],
] as const)('the close code %i arrives with its reason, whoever closes', async ([code, reason]) => {
  await using world = await openEcho()
  const leaving = await world.connect()
  leaving.close(code, reason)
  await eventually(world.closes).toEqual([[code, reason]])
  const staying = await world.connect()
  staying.send(`close ${code} ${reason}`)
  const [seenCode, seenReason] = await once(staying, 'close')
  expect([seenCode, String(seenReason)]).toEqual([code, reason])
})

test('frames that are no frames reach the service, which says so to its client', async () => {
  await using world = await openEcho()
  const client = await world.connect()
  const closed = once(client, 'close')
  // A reserved opcode, in a masked frame without content; the client's library would not send it.
  Reflect.get(client, '_socket').write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]))
  expect((await closed)[0]).toBe(1002)
})

test('many small messages keep their order', async () => {
  await using world = await openEcho()
  const client = await world.connect()
  const received: number[] = []
  client.on('message', (data) => received.push(Number(textOf(data))))
  for (let index = 0; index < 5_000; index += 1) client.send(String(index))
  await eventually(() => received.length).toBe(5_000)
  expect(received).toEqual(Array.from({ length: 5_000 }, (_, index) => index))
})

/** An echo that closes when it is told to, behind a gateway. */
async function openEcho(options: ServerOptions = { maxPayload: 64 * 1024 * 1024 }) {
  await using releasers = new AsyncDisposableStack()
  const upstream = releasers.use(await openTestUpstream((_request, response) => response.end()))
  const closes: (readonly [number, string])[] = []
  new WebSocketServer({ ...options, server: upstream.server }).on('connection', (socket) => {
    socket.on('error', () => undefined) // it closes by itself
    socket.on('close', (code, reason) => closes.push([code, reason.toString()]))
    socket.on('message', (data, isBinary) => {
      const [, code, reason] = isBinary ? [] : (/^close (\d+) (.*)$/.exec(textOf(data)) ?? [])
      if (code === undefined) socket.send(data, { binary: isBinary })
      else socket.close(Number(code), reason)
    })
  })
  const world = releasers.use(await openTestGateway([routeTo('/', upstream.port, { websocket: true })]))
  const owned = releasers.move()
  return {
    closes: () => closes,
    connect: async (clientOptions: ServerOptions = {}) => {
      const client = new WebSocket(`ws://127.0.0.1:${world.port}/`, { maxPayload: 0, ...clientOptions })
      owned.defer(() => client.terminate())
      await once(client, 'open')
      return client
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString() : ''
}
