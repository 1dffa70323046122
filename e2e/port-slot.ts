import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'

/** Where the stacks' ports come to lie: above all that browsers refuse, below what the kernel gives away itself. */
const FIRST_SHIFT = 20_000
const FIRST_EPHEMERAL = 32_768
const SLOT_COUNT = 40
const SLOT_SIZE = 200
/** One of these is held as long as its slot is in use, so that tests at the same time never meet. */
const FIRST_GUARD = 19_500

/** A shift whose ports are free, and stay so until it is disposed. */
export interface PortSlot extends AsyncDisposable {
  readonly shift: number
}

/** @param ports the ports that a stack declares, before the shift */
export async function openPortSlot(ports: readonly number[]): Promise<PortSlot> {
  const slotCount = slotCountFor(ports)
  for (let slot = 0; slot < slotCount; slot += 1) {
    const guard = await tryListen(FIRST_GUARD + slot)
    if (guard === undefined) continue
    const shift = FIRST_SHIFT + slot * SLOT_SIZE
    if (await areFree(ports.map((port) => port + shift))) return { shift, [Symbol.asyncDispose]: () => close(guard) }
    await close(guard)
  }
  throw new Error(`All ${slotCount} port slots from ${FIRST_SHIFT} on are in use.`)
}

function slotCountFor(ports: readonly number[]): number {
  const room = FIRST_EPHEMERAL - FIRST_SHIFT - Math.max(0, ...ports)
  return Math.max(0, Math.min(SLOT_COUNT, Math.ceil(room / SLOT_SIZE)))
}

async function tryListen(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    // EADDRINUSE: another test has this slot.
    return undefined
  }
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const answers = await Promise.all(ports.map(isOpen))
  return !answers.includes(true)
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // ECONNREFUSED: nobody listens.
    return false
  } finally {
    socket.destroy()
  }
}

async function close(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
