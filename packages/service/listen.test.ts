import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import pino from 'pino'
import { expect, test } from 'vitest'
import { createApp } from './create-app.ts'
import { type EventStreamOptions, openEventStream } from './event-stream.ts'
import { listen } from './listen.ts'

const never = new AbortController().signal

async function openWorld(streamOptions: EventStreamOptions = {}) {
  const app = createApp({ name: 'sample', logger: pino({ level: 'silent' }) })
  const held = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  app.get('/held', async () => {
    entered.resolve()
    await held.promise
    return { answer: 'finished' }
  })
  app.get('/events', (_request, reply) => {
    const stream = openEventStream(reply, streamOptions)
    stream.send({ id: '7', event: 'tick', data: 'one\ntwo' })
  })
  app.get('/flood', (_request, reply) => {
    const stream = openEventStream(reply, { backlogBytes: 1_000 })
    const flood = () => {
      if (stream.signal.aborted) return
      stream.send({ data: 'x'.repeat(100_000) })
      setImmediate(flood)
    }
    flood()
    stream.signal.addEventListener('abort', () => held.resolve())
  })
  let onClose: () => Promise<void> = async () => undefined
  app.addHook('preClose', () => onClose())
  const beforeClose = (hook: () => Promise<void>) => {
    onClose = hook
  }
  const running = await listen(app, { address: '127.0.0.1', port: 0 }, { signal: never })
  const port = running.addresses?.[0]?.port ?? 0
  const close = (signal = never) => running.close({ signal })
  return {
    app,
    port,
    held,
    beforeClose,
    entered: entered.promise,
    close,
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: close,
  }
}

async function openSocket(port: number, request: string): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await once(socket, 'connect')
  socket.write(request)
  return { socket, text: () => text }
}

test('close ends a keep-alive connection that is idle, and an event stream that is open', async () => {
  await using world = await openWorld()
  const idle = await openSocket(world.port, 'GET /health HTTP/1.1\r\nhost: sample\r\n\r\n')
  await expect.poll(idle.text).toContain('alive')
  const reader = await openSocket(world.port, 'GET /events HTTP/1.1\r\nhost: sample\r\n\r\n')
  await expect.poll(reader.text).toContain('id: 7\nevent: tick\ndata: one\ndata: two\n\n')
  const ended = Promise.all([once(idle.socket, 'close'), once(reader.socket, 'close')])
  await world.close()
  await ended
  expect(reader.text().endsWith('0\r\n\r\n')).toBe(true) // ended as a stream, not cut
})

test('an answer under way is finished and says that its connection ends', async () => {
  await using world = await openWorld()
  const client = await openSocket(world.port, 'GET /held HTTP/1.1\r\nhost: sample\r\n\r\n')
  await world.entered
  const gone = once(client.socket, 'close')
  const closed = world.close()
  await expect.poll(() => world.app.server.listening).toBe(false)
  world.held.resolve()
  await Promise.all([closed, gone])
  expect(client.text()).toContain('connection: close')
  expect(client.text()).toContain('{"answer":"finished"}')
})

test('a new request on an open connection is refused with SERVICE_CLOSING', async () => {
  await using world = await openWorld()
  const release = Promise.withResolvers<void>()
  const isClosing = Promise.withResolvers<void>()
  world.beforeClose(() => {
    isClosing.resolve()
    return release.promise
  })
  const client = await openSocket(world.port, 'GET /health HTTP/1.1\r\nhost: sample\r\n\r\n')
  await expect.poll(client.text).toContain('alive')
  const closed = world.close()
  await isClosing.promise
  client.socket.write('GET /health HTTP/1.1\r\nhost: sample\r\n\r\n')
  await expect.poll(client.text).toContain('"code":"SERVICE_CLOSING"')
  release.resolve()
  await closed
})

test('when the signal of close fires, what is still open is cut', async () => {
  await using world = await openWorld()
  const client = await openSocket(world.port, 'GET /held HTTP/1.1\r\nhost: sample\r\n\r\n')
  await world.entered
  const grace = new AbortController()
  const closed = world.close(grace.signal)
  const gone = once(client.socket, 'close')
  grace.abort()
  await Promise.all([closed, gone])
  expect(client.text()).toBe('')
  world.held.resolve()
})

test('a port that is taken is SERVICE_PORT_TAKEN', async () => {
  await using world = await openWorld()
  const second = createApp({ name: 'second', logger: pino({ level: 'silent' }) })
  const listening = listen(second, { address: '127.0.0.1', port: world.port }, { signal: never })
  await expect(listening).rejects.toMatchObject({ code: 'SERVICE_PORT_TAKEN', details: { port: world.port } })
})

test('an address that is not this machine is SERVICE_PORT_REFUSED', async () => {
  const app = createApp({ name: 'sample', logger: pino({ level: 'silent' }) })
  const listening = listen(app, { address: '192.0.2.1', port: 0 }, { signal: never })
  await expect(listening).rejects.toMatchObject({ code: 'SERVICE_PORT_REFUSED' })
})

test('bytes that are no HTTP are answered with a problem', async () => {
  await using world = await openWorld()
  const client = await openSocket(world.port, 'NONSENSE\r\n\r\n')
  await once(client.socket, 'close')
  expect(client.text()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(client.text()).toContain('"code":"SERVICE_REQUEST_UNREADABLE"')
})

test('an event stream sends a comment when it has nothing to say', async () => {
  await using world = await openWorld({ heartbeatMs: 5 })
  const reader = await openSocket(world.port, 'GET /events HTTP/1.1\r\nhost: sample\r\n\r\n')
  await expect.poll(reader.text).toContain(':\n\n')
})

test('a reader of an event stream that lets too much pile up is cut', async () => {
  await using world = await openWorld()
  const reader = connect(world.port, '127.0.0.1')
  reader.on('error', () => undefined).pause()
  reader.write('GET /flood HTTP/1.1\r\nhost: sample\r\n\r\n')
  await world.held.promise
  reader.destroy()
})
