import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { errorCode } from '@portolan/errors'
import type { GatewayListener } from './configuration.ts'
import { listenFailed, portTaken } from './errors.ts'
import type { GatewayTimeouts } from './timeouts.ts'
import { isWebSocketHandshake } from './tunnel.ts'

/** Where a listener really listens: the port that the system chose when 0 was asked for. */
export interface GatewayAddress {
  readonly name: string
  readonly address: string
  readonly port: number
}

/** A server with the gateway's limits, which listens to nothing yet. */
export function createListenerServer({ headersMs, keepAliveMs, idleMs }: GatewayTimeouts): Server {
  const server = createServer({
    insecureHTTPParser: false, // whatever NODE_OPTIONS say
    headersTimeout: headersMs,
    requestTimeout: 0, // a total limit would end a large upload, however well it moves
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: Math.min(headersMs, 5_000),
    requireHostHeader: false, // checked by parseRequestHead, whose answer has a code and an id
    shouldUpgradeCallback: isWebSocketHandshake,
    noDelay: true,
  })
  server.timeout = idleMs
  // Node would drop headers beyond 2,000 in silence; their total size is limited anyway.
  server.maxHeadersCount = 0
  // Node calls this from close() and would cut off an answer that has ended but is not all written; Connections
  // knows better which connection is idle.
  server.closeIdleConnections = () => undefined
  return server
}

/**
 * @throws GATEWAY_PORT_TAKEN when another process holds the port
 * @throws GATEWAY_LISTEN_FAILED for any other reason, such as a foreign address or a privileged port
 */
export async function listen(server: Server, listener: GatewayListener): Promise<GatewayAddress> {
  try {
    server.listen({ host: listener.address, port: listener.port })
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
