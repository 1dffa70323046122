import type { Socket } from 'node:net'
import type { Waiting } from '@portolan/errors'
import type { App } from './app.ts'
import { listenFailed } from './errors.ts'
import type { RunningService, ServiceAddress } from './service-definition.ts'

export interface ListenOptions {
  readonly address: string
  /** 0: the system chooses; the answer says which. */
  readonly port: number
}

/**
 * Makes the app answer on a port.
 * @returns what a service's `start` gives back: `close` finishes the requests under way, and cuts every connection,
 * upgraded ones too, when its signal fires
 * @throws SERVICE_PORT_TAKEN, SERVICE_PORT_REFUSED
 */
export async function listen(app: App, { address, port }: ListenOptions, { signal }: Waiting): Promise<RunningService> {
  signal.throwIfAborted()
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  try {
    await app.listen({ host: address, port })
  } catch (cause) {
    await app.close()
    throw listenFailed({ address, port }, cause)
  }
  const addresses = app.addresses().map((bound): ServiceAddress => {
    // A string is a pipe's name, and a pipe is not what was asked for.
    return typeof bound === 'string' ? { address: bound, port: 0 } : { address: bound.address, port: bound.port }
  })
  return { addresses, close: (waiting) => closeApp(app, sockets, waiting) }
}

async function closeApp(app: App, sockets: ReadonlySet<Socket>, { signal }: Waiting): Promise<void> {
  const closed = new AbortController()
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    app.server.on('connection', (socket) => socket.destroy()) // the listener itself may stay open a moment longer
  }
  if (signal.aborted) cut()
  else signal.addEventListener('abort', cut, { once: true, signal: closed.signal })
  try {
    await app.close()
  } finally {
    closed.abort()
  }
}
