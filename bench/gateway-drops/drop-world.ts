import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../gateway/program.ts'

const GATEWAY = fileURLToPath(new URL('../../packages/gateway/main.ts', import.meta.url))
const HALF = fileURLToPath(new URL('half/main.ts', import.meta.url))
const LIMIT_MS = 30_000

export type Half = 'blue' | 'green'

/** A gateway of two workers before a pair of services, each a process of its own. */
export interface DropWorld extends AsyncDisposable {
  readonly port: number
  /** How often a half was rolled back. */
  readonly rollbackCount: number
  /** @param graceMs of the half that was active */
  promote(active: Half, graceMs: number): Promise<void>
  /** Another route comes or goes. */
  swap(round: number): Promise<void>
  /** All workers are replaced by new ones. */
  restart(): Promise<void>
  kill(half: Half): Promise<void>
  start(half: Half): Promise<void>
}

export interface DropOptions {
  readonly workers: number
}

export async function openDropWorld(options: DropOptions): Promise<DropWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-drops-'))
  const [port = 0, blue = 0, green = 0] = await freePorts(3)
  const world = new RunningWorld({ folder, port, ports: { blue, green }, options })
  try {
    await world.open()
  } catch (error) {
    await world[Symbol.asyncDispose]()
    throw error
  }
  return world
}

interface Parts {
  readonly folder: string
  readonly port: number
  readonly ports: Readonly<Record<Half, number>>
  readonly options: DropOptions
}

class RunningWorld implements DropWorld {
  readonly port: number
  readonly #parts: Parts
  readonly #halves = new Map<Half, ChildProcess>()
  #gateway: ChildProcess | undefined
  #active: Half = 'blue'
  #graceMs = 0
  #round = 0
  #rollbackCount = 0

  constructor(parts: Parts) {
    this.port = parts.port
    this.#parts = parts
  }

  get rollbackCount(): number {
    return this.#rollbackCount
  }

  async open(): Promise<void> {
    const file = join(this.#parts.folder, 'gateway.json')
    await this.start('blue')
    await this.start('green')
    await writeFile(file, JSON.stringify(this.#configuration()))
    const env = { PORTOLAN_GATEWAY_CONFIGURATION: file }
    const gateway = fork(GATEWAY, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    gateway.on('message', (message) => {
      if (Object(message).event?.type === 'rolled-back') this.#rollbackCount += 1
    })
    this.#gateway = gateway
    await this.#heard('ready')
  }

  promote(active: Half, graceMs: number): Promise<void> {
    this.#active = active
    this.#graceMs = graceMs
    return this.#tell('configure', 'configured')
  }

  swap(round: number): Promise<void> {
    this.#round = round
    return this.#tell('configure', 'configured')
  }

  restart(): Promise<void> {
    return this.#tell('replace', 'replaced')
  }

  async kill(half: Half): Promise<void> {
    await end(this.#halves.get(half))
  }

  async start(half: Half): Promise<void> {
    const port = this.#parts.ports[half]
    this.#halves.set(half, fork(HALF, [half, String(port)], { stdio: 'inherit' }))
    await untilAnswered(port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#gateway)
    for (const half of this.#halves.values()) await end(half)
    await rm(this.#parts.folder, { recursive: true, force: true })
  }

  #configuration() {
    const { port, ports, options } = this.#parts
    const { workers } = options
    const graceMs = this.#graceMs
    const halves = { blue: { host: '127.0.0.1', port: ports.blue }, green: { host: '127.0.0.1', port: ports.green } }
    const more = this.#round % 2 === 0 ? [] : [`/round-${this.#round}`]
    return {
      stack: 'drops',
      workers,
      listeners: [{ name: 'http', address: '127.0.0.1', port }],
      limits: false,
      routes: ['/', ...more].map((path) => ({ path, service: 'worb', target: { upstream: 'worb' }, websocket: true })),
      upstreams: [{ name: 'worb', pair: { ...halves, active: this.#active, graceMs }, health: { path: '/' } }],
    }
  }

  async #tell(type: string, answer: string): Promise<void> {
    const answered = this.#heard(answer)
    this.#gateway?.send({ type, configuration: this.#configuration() })
    await answered
  }

  /** @throws what it says instead */
  async #heard(type: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const limit = setTimeout(() => reject(new Error(`The gateway did not say "${type}".`)), LIMIT_MS)
    const onMessage = (message: unknown): void => {
      const said = Object(message)
      if (said.type === type) resolve()
      else if (said.type === 'refused') reject(new Error(String(said.message)))
    }
    this.#gateway?.on('message', onMessage)
    await promise.finally(() => {
      clearTimeout(limit)
      this.#gateway?.off('message', onMessage)
    })
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function untilAnswered(port: number): Promise<void> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal }).catch(() => undefined) // not yet
    if (answer?.ok === true) return
    await pause(50, undefined, { signal })
  }
}
