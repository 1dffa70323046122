import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const REDIS_PLACES = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']
const PORT_ATTEMPTS = 5

/** The Redis server of this machine, undefined where there is none. */
export function findRedisServer(): string | undefined {
  return REDIS_PLACES.find((place) => existsSync(place))
}

/** A real Redis in a temporary folder that keeps nothing on disk. Disposing ends the process and the folder. */
export class TestRedis implements AsyncDisposable {
  readonly port: number
  readonly #command: string
  readonly #folder: string
  #child: ChildProcess | undefined

  constructor(command: string, folder: string, port: number) {
    this.#command = command
    this.#folder = folder
    this.port = port
  }

  url(database = 0): string {
    return `redis://127.0.0.1:${this.port}/${database}`
  }

  /** Resolves when the server takes connections. */
  async start(): Promise<void> {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const args = [...settings, '--dir', this.#folder]
    const child = spawn(this.#command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    const output: string[] = []
    const ready = Promise.withResolvers<void>()
    child.once('error', ready.reject)
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      output.push(line)
      if (line.includes('Ready to accept connections')) ready.resolve()
    })
    lines.once('close', () => ready.reject(new Error(`Redis ended before it was ready:\n${output.join('\n')}`)))
    await ready.promise
  }

  async stop(stopSignal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(stopSignal)
    await exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL')
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Opens a Redis on a free port; another program may take the port before it does, so it tries some. */
export async function openTestRedis(command: string): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-redis-'))
  for (let attempt = 1; ; attempt += 1) {
    const redis = new TestRedis(command, folder, await freePort())
    try {
      await redis.start()
      return redis
    } catch (error) {
      await redis.stop('SIGKILL')
      const isPortTaken = error instanceof Error && error.message.includes('Address already in use')
      if (isPortTaken && attempt < PORT_ATTEMPTS) continue
      await redis[Symbol.asyncDispose]()
      throw error
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = addressOf(server)
  server.close()
  await once(server, 'close')
  return port
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address
}

/** In front of a store: while it is silent, connections stay open, new ones too, and nothing goes through. */
export class SilenceableProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isSilent = false

  constructor(targetPort: number) {
    this.#server = createServer((client) => this.#join(client, connect(targetPort, '127.0.0.1')))
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get port(): number {
    return addressOf(this.#server).port
  }

  get hasConnections(): boolean {
    return this.#sockets.size > 0
  }

  beSilent(): void {
    this.#isSilent = true
    for (const socket of this.#sockets) socket.pause()
  }

  speak(): void {
    this.#isSilent = false
    for (const socket of this.#sockets) socket.resume()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket, target: Socket): void {
    for (const [from, to] of [[client, target] as const, [target, client] as const]) {
      this.#sockets.add(from)
      from.on('data', (chunk) => to.write(chunk))
      from.on('error', () => undefined) // its close follows, which ends the other side
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#isSilent) from.pause()
    }
  }
}

/** @returns a proxy that listens in front of a local port */
export async function openSilenceableProxy(targetPort: number): Promise<SilenceableProxy> {
  const proxy = new SilenceableProxy(targetPort)
  await proxy.open()
  return proxy
}
