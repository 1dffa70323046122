import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { errorCode } from '@portolan/errors'
import type { GatewayListener } from './configuration.ts'
import { listenFailed, portTaken } from './errors.ts'

/** Where a listener really listens: the port that the system chose when 0 was asked for. */
export interface GatewayAddress {
  readonly name: string
  readonly address: string
  readonly port: number
}

/** As many connections as may wait to be accepted: a burst must not be turned away while the process is busy. */
const BACKLOG = 4_096

const PROBE_MS = 30_000

/** A server that hands on each connection, and listens to nothing yet. */
export function createListenerServer(onConnection: (socket: Socket) => void): Server {
  // Half-open, so that the end of one direction of a WebSocket does not end the other. The kernel asks after those that
  // have gone without a word: an event stream has no other limit.
  const lasting = { keepAlive: true, keepAliveInitialDelay: PROBE_MS }
  return createServer({ allowHalfOpen: true, noDelay: true, ...lasting }, onConnection)
}

/**
 * @throws GATEWAY_PORT_TAKEN when another process holds the port
 * @throws GATEWAY_LISTEN_FAILED for any other reason, such as a foreign address or a privileged port
 */
export async function listen(server: Server, listener: GatewayListener): Promise<GatewayAddress> {
  try {
    server.listen({ host: listener.address, port: listener.port, backlog: BACKLOG })
    await once(server, 'listening')
  } catch (error) {
    throw errorCode(error) === 'EADDRINUSE' ? portTaken(listener, error) : listenFailed(listener, error)
  }
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw listenFailed(listener, new Error('no TCP address'))
  return Object.freeze({ name: listener.name, address: bound.address, port: bound.port })
}

/** Stops accepting. Resolves when the last connection is gone. */
export function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve()) // the only error is that it was not listening, which is what was wanted
  return promise
}
