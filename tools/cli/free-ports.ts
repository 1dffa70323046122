import { once } from 'node:events'
import { createServer } from 'node:net'
import { errorCode } from '@portolan/errors'

/** Below the system's ports for outgoing connections, which come and go. */
const FIRST_PORT = 4_700
const LAST_PORT = 4_799

/** For this machine's registry. Not always the first ones: two users of a machine may begin in the same moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const free: number[] = []
  const size = LAST_PORT - FIRST_PORT + 1
  const from = Math.floor(Math.random() * size)
  for (let tried = 0; tried < size && free.length < count; tried += 1) {
    const port = FIRST_PORT + ((from + tried) % size)
    if (await isFree(port)) free.push(port)
  }
  while (free.length < count) free.push(await anyFreePort())
  return free
}

/** Whether this user could listen on it on loopback, over IPv4 and IPv6. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', '::1']) if (!(await isFreeAt(port, host))) return false
  return true
}

async function isFreeAt(port: number, host: string): Promise<boolean> {
  const server = createServer()
  try {
    const listening = once(server, 'listening')
    server.listen({ port, host, exclusive: true })
    await listening
    return true
  } catch (error) {
    // Without IPv6 nobody has it there; anything else: taken, or not for this user.
    return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(errorCode(error) ?? '')
  } finally {
    server.close()
  }
}

async function anyFreePort(): Promise<number> {
  await using server = createServer()
  const listening = once(server, 'listening')
  server.listen(0, '127.0.0.1')
  await listening
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
