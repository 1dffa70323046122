/** Answers of services that HTTP/2, or Node's part of it, could stumble over. */
import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestGateway, openTestSocketServer, openTestUpstream, routeTo } from '../testing.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

async function openClient(port: number) {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => undefined) // tests end sessions on purpose
  await once(session, 'remoteSettings')
  return { session, [Symbol.dispose]: () => session.destroy() }
}

async function ask(session: ClientHttp2Session, path = '/') {
  const stream = session.request({ ':path': path })
  let interim: unknown
  let trailers: unknown
  stream.on('headers', (headers) => {
    interim = headers
  })
  stream.on('trailers', (late) => {
    trailers = late
  })
  const [headers] = await once(stream, 'response')
  return { status: headers[':status'], headers, interim, text: await text(stream), trailers }
}

test.each(['constructor', '__proto__'])(
  'a field named %s passes in an interim answer, a head and trailers',
  async (name) => {
    const answers = [
      `HTTP/1.1 103 Early Hints\r\n${name}: x\r\n\r\n${OK}`,
      `HTTP/1.1 200 OK\r\n${name}: x\r\nContent-Length: 2\r\n\r\nok`,
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n${name}: x\r\n\r\n`,
    ]
    const upstream = openTestSocketServer(createServer(), (socket) => {
      socket.on('data', (head) => socket.write(answers[Number(String(head).charAt('GET /'.length))] ?? OK))
    })
    await using service = await upstream
    await using world = await openTestGateway([routeTo('/', service.port)])
    using client = await openClient(world.port)
    const isNamed = (headers: unknown): boolean => Object.keys(Object(headers)).includes(name)
    const dropped = name.includes('_')
    const [first, second, third] = [
      await ask(client.session, '/0'),
      await ask(client.session, '/1'),
      await ask(client.session, '/2'),
    ]
    expect([first, second, third].map(({ status, text }) => `${status} ${text}`)).toEqual([
      '200 ok',
      '200 ok',
      '200 ok',
    ])
    // Node's client puts headers into objects of its own, where this name cannot be seen.
    if (!dropped) expect([first.interim, second.headers, third.trailers].map(isNamed)).toEqual([true, true, true])
  },
)

test.each([
  'HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
])('205 has no content, whatever the service says: %j', async (answer) => {
  await using service = await openTestSocketServer(createServer(), (socket) => {
    socket.on('data', () => socket.write(answer))
  })
  await using world = await openTestGateway([routeTo('/', service.port)])
  using client = await openClient(world.port)
  expect(await ask(client.session)).toMatchObject({ status: 205, text: '' })
})

test.each([1, 2])('a fault of ours ends one exchange of HTTP/%i, and is logged with its stack', async (version) => {
  await using service = await openTestUpstream((request, response) => {
    response.write('board')
    if (request.url !== '/open') response.end()
  })
  const logged: unknown[] = []
  const logger = { info: () => undefined, warn: () => undefined, error: (fields: object) => logged.push(fields) }
  let isFull = true
  const writeLine = () => {
    if (isFull) throw new Error('the disk is full')
  }
  await using world = await openTestGateway([routeTo('/', service.port)], { logger, writeLine })
  using client = await openClient(world.port)
  if (version === 2) {
    const stream = client.session.request({ ':path': '/open' })
    await once(stream, 'response')
    stream.destroy()
  } else
    await fetch(world.url)
      .then((answer) => answer.text())
      .catch(() => undefined)
  await eventually(() => JSON.stringify(logged)).toMatch(/the disk is full.*writeLine/)
  isFull = false
  expect(await ask(client.session)).toMatchObject({ status: 200, text: 'board' })
  expect((await fetch(world.url)).status).toBe(200)
})
