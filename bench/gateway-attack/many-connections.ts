import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attack } from './attack.ts'
import type { World } from './world.ts'

const COUNT = 10_000
const ADDRESSES = 10
const AT_A_TIME = 50

/** Ten addresses with a thousand connections each that say nothing more. */
export const IDLE_CONNECTIONS: Attack = {
  name: 'ten thousand idle connections from ten addresses',
  run: async (world, { seconds }) => {
    const before = await world.memory()
    const sockets = await openFrom(world, COUNT, (turn) => `127.0.1.${turn % ADDRESSES}`)
    await delay(seconds * 1_000)
    const each = ((await world.memory()) - before) / COUNT
    const openCount = sockets.filter((socket) => !socket.destroyed).length
    for (const socket of sockets) socket.destroy()
    if (openCount < COUNT * 0.9) throw new Error(`Only ${openCount} of ${COUNT} connections stayed open.`)
    return `${openCount} stayed open, ${(each * 1_024).toFixed(1)} KB each`
  },
}

/** One address that wants as many: its own limit stops it. */
export const GREEDY_ADDRESS: Attack = {
  name: 'ten thousand connections from one address',
  run: async (world, { seconds }) => {
    const sockets = await openFrom(world, COUNT, () => '127.0.2.1')
    await delay(seconds * 1_000)
    const openCount = sockets.filter((socket) => !socket.destroyed).length
    for (const socket of sockets) socket.destroy()
    if (openCount > COUNT / 2) throw new Error(`One address holds ${openCount} connections.`)
    return `${openCount} stayed open, the others were refused`
  },
}

async function openFrom({ port }: World, count: number, address: (turn: number) => string): Promise<readonly Socket[]> {
  const sockets: Socket[] = []
  for (let turn = 0; turn < count; turn += AT_A_TIME) {
    const few = Array.from({ length: AT_A_TIME }, async (_, index) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: address(turn + index) })
      socket.on('error', () => socket.destroy())
      socket.resume()
      await Promise.race([once(socket, 'connect'), once(socket, 'close')])
      sockets.push(socket)
      socket.write('GET /api/ships HTTP/1.1\r\nHost: localhost\r\n\r\n')
    })
    await Promise.all(few)
    await delay(AT_A_TIME / 5) // within what one address may open in a second, times the addresses
  }
  return sockets
}
