import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { GuestSockets, type GuestSocketsOptions } from './guest-sockets.ts'

async function openWorld(options: Partial<GuestSocketsOptions>) {
  const sockets = new GuestSockets({ path: '/ws', ...options }, { info: () => undefined })
  const server = createServer().on('upgrade', sockets.upgrade).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const dispose = async () => {
    sockets.close()
    server.close()
    await once(server, 'close')
  }
  const open = async (clientOptions = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, clientOptions)
    await once(socket, 'open')
    return socket
  }
  return { sockets, open, [Symbol.asyncDispose]: dispose }
}

const ENTRY = { id: 1, name: 'Ada', message: 'x'.repeat(100_000), writtenAt: new Date(0) }

test('a page that answers pings stays, one that does not is cut', async () => {
  // Long enough for a busy machine: an answer that is late by a whole turn counts as none.
  await using world = await openWorld({ pingMs: 400 })
  const answering = await world.open()
  const deaf = await world.open({ autoPong: false })
  await once(deaf, 'close')
  await expect.poll(() => world.sockets.count).toBe(1)
  await once(answering, 'ping')
  expect(answering.readyState).toBe(WebSocket.OPEN)
})

test('a page that lets messages pile up is cut, and the others still get them', async () => {
  await using world = await openWorld({ backlogBytes: 200_000 })
  const slow = await world.open()
  const quick = await world.open()
  slow.pause()
  let count = 0
  quick.on('message', () => {
    count += 1
  })
  for (let sent = 0; world.sockets.count === 2; sent = count) {
    world.sockets.announce(ENTRY)
    await expect.poll(() => count).toBeGreaterThan(sent)
  }
  expect(quick.readyState).toBe(WebSocket.OPEN)
  slow.terminate()
})

test('a page that sends more than a page ever does is cut', async () => {
  await using world = await openWorld({})
  const socket = await world.open()
  socket.send('x'.repeat(2_000))
  expect((await once(socket, 'close'))[0]).toBe(1009)
})
