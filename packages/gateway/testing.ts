/** A gateway with real services behind it, on ports that the system chooses, for tests of this and other packages. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, createServer as createTcpServer, type Server as NetServer, type Socket } from 'node:net'
import type { GatewayConfiguration } from './configuration.ts'
import { type Gateway, openGateway } from './gateway.ts'
import type { GatewayLogger } from './log.ts'
import type { GatewayRoute } from './route.ts'
import type { GatewayTimeouts } from './timeouts.ts'
import type { UpstreamDeclaration } from './upstreams/upstream-declaration.ts'
import type { UpstreamEvent } from './upstreams/upstream-event.ts'

export { type LoadReport, SteadyLoad } from './steady-load.ts'

export interface TestUpstream extends AsyncDisposable {
  readonly port: number
  readonly server: Server
}

/** An HTTP service on a free port, or on the one that is wanted; disposing of it breaks every connection. */
export async function openTestUpstream(handler: RequestListener, wanted = 0): Promise<TestUpstream> {
  const server = createServer(handler)
  const sockets = trackSockets(server)
  const port = await listenAt(server, wanted)
  return { port, server, [Symbol.asyncDispose]: () => closeAll(server, sockets) }
}

export interface TestSocketServer extends AsyncDisposable {
  readonly port: number
}

/** A TCP server that speaks whatever the test writes: for answers no HTTP library would give. */
export async function openTestSocketServer(
  server: NetServer,
  serve: (socket: Socket) => void,
): Promise<TestSocketServer> {
  const sockets = trackSockets(server)
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy()) // tests break connections on purpose
    serve(socket)
  })
  const port = await listenAt(server, 0)
  return { port, [Symbol.asyncDispose]: () => closeAll(server, sockets) }
}

export interface TestGateway extends AsyncDisposable {
  readonly gateway: Gateway
  readonly configuration: GatewayConfiguration
  readonly port: number
  readonly url: string
}

export interface TestGatewayOptions {
  /** Any name unless said otherwise. */
  readonly domains?: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly logger?: GatewayLogger
  readonly writeLine?: (line: string) => void
  /** What else the configuration says. */
  readonly also?: Partial<GatewayConfiguration>
  readonly timeouts?: Partial<GatewayTimeouts>
  readonly certificateLookMs?: number
  readonly serviceKey?: string
  readonly upstreams?: readonly UpstreamDeclaration[]
  readonly onUpstreamEvent?: (event: UpstreamEvent) => void
}

/** A gateway on a free loopback port. */
export async function openTestGateway(
  routes: readonly GatewayRoute[],
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  const { domains = ['*'], trustedProxies = [], upstreams = [], also = {} } = options
  const listeners = [{ name: 'http', address: '127.0.0.1', port: 0 }]
  const configuration = { stack: 'test', workers: 1, domains, trustedProxies, listeners, routes, upstreams, ...also }
  const gateway = await openGateway(configuration, { ...options, signal: AbortSignal.timeout(10_000) })
  const [{ port } = { port: 0 }] = gateway.addresses
  const url = `http://127.0.0.1:${port}`
  return { gateway, configuration, port, url, [Symbol.asyncDispose]: () => gateway.destroy() }
}

/** A route to a port of this machine. */
export function routeTo(path: string, port: number, changes: Partial<GatewayRoute> = {}): GatewayRoute {
  return { path, service: 'board', target: { host: '127.0.0.1', port }, websocket: false, ...changes }
}

/** A client that says exactly the bytes it is given. */
export class RawClient implements AsyncDisposable {
  readonly socket: Socket
  #received = ''
  #end: 'open' | 'ended' | 'reset' = 'open'

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#received += text
    })
    socket.on('end', () => {
      if (this.#end === 'open') this.#end = 'ended'
    })
    socket.on('error', () => {
      this.#end = 'reset'
    })
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const client = new RawClient(socket)
    await once(socket, 'connect')
    return client
  }

  get received(): string {
    return this.#received
  }

  /** `ended`: the other side said that it was done; `reset`: it broke off. */
  get end(): 'open' | 'ended' | 'reset' {
    return this.#end
  }

  say(text: string): void {
    this.socket.write(text, 'latin1')
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    return Promise.resolve()
  }
}

async function listenAt(server: NetServer, wanted: number): Promise<number> {
  server.listen(wanted, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The test server has no TCP address.')
  return address.port
}

function trackSockets(server: NetServer): Set<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

function closeAll(server: NetServer, sockets: ReadonlySet<Socket>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  for (const socket of sockets) socket.destroy()
  return promise
}

/** A port that nobody has: for what has to be told of it before somebody listens there. */
export async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = Number(Object(server.address()).port)
  await once(server.close(), 'close')
  return port
}
