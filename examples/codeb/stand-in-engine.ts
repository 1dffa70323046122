import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'

/** A container as the table of a server names it. */
export interface TableRow {
  readonly port: number
  readonly container: string
}

/** A server's container engine, as far as the story needs one. */
export interface ServerEngine extends AsyncDisposable {
  /** Where it answers as Docker does. */
  readonly socketPath: string
  /** As `podman run --name … --publish PORT:…` with these labels. */
  run(row: TableRow, labels: Readonly<Record<string, string>>): Promise<void>
  /** As `podman rm --force NAME`. */
  remove(container: string): Promise<void>
}

interface StandIn {
  readonly row: TableRow
  readonly labels: Readonly<Record<string, string>>
  readonly listener: Server
  readonly createdAt: Date
}

/**
 * What stands in for a server's container engine where there is none to spare: each container of the table is a socket
 * on a free port of loopback, and a Unix socket answers as Docker's `GET /containers/json` does, with the ports of the
 * table, for those whose socket takes connections. The registry's real observer asks it and knows no difference.
 */
export class StandInEngine implements ServerEngine {
  readonly socketPath: string
  readonly #standIns = new Map<string, StandIn>()
  readonly #api: HttpServer

  private constructor(socketPath: string) {
    this.socketPath = socketPath
    this.#api = createHttpServer((_request, response) => {
      void this.#list().then((containers) => {
        response.writeHead(200, { 'content-type': 'application/json', connection: 'close' })
        response.end(JSON.stringify(containers))
      })
    })
  }

  static async open(socketPath: string): Promise<StandInEngine> {
    const engine = new StandInEngine(socketPath)
    engine.#api.listen(socketPath)
    await once(engine.#api, 'listening')
    return engine
  }

  async run(row: TableRow, labels: Readonly<Record<string, string>>): Promise<void> {
    const listener = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    this.#standIns.set(row.container, { row, labels, listener, createdAt: new Date() })
  }

  async remove(container: string): Promise<void> {
    const standIn = this.#standIns.get(container)
    this.#standIns.delete(container)
    if (standIn !== undefined) await closed(standIn.listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const container of this.#standIns.keys()) await this.remove(container)
    this.#api.closeAllConnections()
    await closed(this.#api)
  }

  async #list(): Promise<readonly object[]> {
    const containers = [...this.#standIns.values()].map(async ({ row, labels, listener, createdAt }) => ({
      Id: createHash('sha256').update(row.container).digest('hex'),
      Names: [`/${row.container}`],
      Image: `registry.example.com/${row.container}:1.0.0`,
      State: (await takesConnections(listener)) ? 'running' : 'exited',
      Labels: labels,
      Created: Math.floor(createdAt.getTime() / 1_000),
      Ports: [{ IP: '0.0.0.0', PrivatePort: 3000, PublicPort: row.port, Type: 'tcp' }],
    }))
    return Promise.all(containers)
  }
}

function takesConnections(listener: Server): Promise<boolean> {
  const { port } = addressOf(listener)
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function addressOf(listener: Server): AddressInfo {
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new TypeError('The stand-in does not listen.')
  return address
}

async function closed(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
