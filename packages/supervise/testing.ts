import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseStack, type ResolvedStack, resolveStack } from '@portolan/stack'
import { type DataFolder, dataFolderOf } from './data-folder.ts'
import { logFilePath } from './log-file.ts'
import { markedProcesses } from './marked-processes.ts'
import type { Programs } from './runner-choice.ts'
import { type SupervisorOptions, startStack } from './start-stack.ts'
import type { ServiceTimes, StateChange } from './supervised-service.ts'
import type { Supervisor } from './supervisor.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const START_LIMIT_MS = 60_000
const CLOSE_LIMIT_MS = 10_000

/** The programs as source files. */
export const PROGRAMS: Programs = {
  gateway: join(HERE, '../gateway/main.ts'),
  moduleHost: join(HERE, 'module-host/main.ts'),
  objects: join(HERE, '../objects/service.ts'),
}

/** Quick, so that tests of restarts are. */
const TIMES: Partial<ServiceTimes> = { startLookMs: 20, firstDelayMs: 50, longestDelayMs: 400 }

/** How a `command` runs the server of fixtures/server.mjs; its environment tells it how to behave. */
export const SERVER = 'run: { command: node, args: [server.mjs] }'

/** A module that answers its word. */
export function moduleSaying(word: string, name = 'fixture'): string {
  return `
    import { once } from 'node:events'
    import { createServer } from 'node:http'
    import { defineService, LISTEN_ENVIRONMENT } from '@portolan/service'
    import { Type } from 'typebox'
    export const service = defineService({
      name: ${JSON.stringify(name)},
      environment: Type.Object(LISTEN_ENVIRONMENT),
      async start({ environment, logger }) {
        const server = createServer((request, response) => {
          if (request.url === '/throw') setImmediate(() => { throw new Error('thrown where nobody catches') })
          if (request.url === '/spin') logger.info('spins')
          if (request.url === '/spin') for (;;) continue
          response.end(${JSON.stringify(word)})
        })
        server.listen(environment.PORT, environment.HOST)
        await once(server, 'listening')
        logger.info('the module is up')
        return {
          async close() {
            const closed = once(server, 'close')
            server.close()
            server.closeAllConnections()
            await closed
          },
        }
      },
    })`
}

export interface StackWorldOptions {
  /** Where its temporary folder is made, and what it is called. */
  readonly folder?: string
}

export type StartOptions = Partial<Omit<SupervisorOptions, 'stack'>> & {
  readonly shift?: number
  readonly signal?: AbortSignal
}

/** A folder with a stack file, and whatever is started from it. */
export class StackWorld implements AsyncDisposable {
  readonly folder: string
  readonly file: string
  /** What was told of, in its order. */
  readonly changes: StateChange[] = []
  readonly notes: string[] = []
  readonly #root: string
  readonly #ports: ReadonlyMap<string, number>
  readonly #owned = new AsyncDisposableStack()
  readonly #shifts = new Set([0])

  constructor(root: string, folder: string, ports: ReadonlyMap<string, number>) {
    this.#root = root
    this.folder = folder
    this.file = join(folder, 'portolan.yaml')
    this.#ports = ports
  }

  port(name: string): number {
    const port = this.#ports.get(name)
    if (port === undefined) throw new Error(`The stack file has no "<${name}>".`)
    return port
  }

  async resolved(shift = 0): Promise<ResolvedStack> {
    const text = await readFile(this.file, 'utf8')
    return resolveStack(parseStack(text, this.file), { values: {}, shift })
  }

  dataFolder(shift = 0): DataFolder {
    return dataFolderOf(this.folder, { environment: 'development', shift })
  }

  /** Resolves when the stack is ready. Closed with the world at the latest. */
  async start({ shift = 0, signal, ...options }: StartOptions = {}): Promise<Supervisor> {
    this.#shifts.add(shift)
    const limit = AbortSignal.timeout(START_LIMIT_MS)
    const supervisor = await startStack(
      {
        stack: await this.resolved(shift),
        inherited: { PATH: process.env.PATH },
        programs: PROGRAMS,
        onChange: (change) => this.changes.push(change),
        onNote: (note) => this.notes.push(note),
        times: TIMES,
        ...options,
      },
      { signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) },
    )
    this.#owned.defer(() => supervisor.close({ signal: AbortSignal.timeout(CLOSE_LIMIT_MS) }))
    return supervisor
  }

  /** The same in a process of its own, which can be killed. */
  up(options: { readonly uid?: number } = {}): SupervisorProcess {
    return this.#owned.use(new SupervisorProcess(this.file, options))
  }

  /** `web: waiting → starting` and so on, of one service or of all. */
  history(service?: string): readonly string[] {
    const some = this.changes.filter((change) => service === undefined || change.service === service)
    return some.map((change) => `${change.service}: ${change.from} → ${change.to}`)
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true })
      await writeFile(join(this.folder, name), text)
    }
  }

  files(): Promise<readonly string[]> {
    return readdir(this.folder)
  }

  /** What a log holds; empty when there is none. */
  async log(service: string): Promise<string> {
    return readFile(logFilePath(this.dataFolder().logs, service), 'utf8').catch(() => '')
  }

  /** What a service answers, or undefined when nobody does. */
  async ask(port: string, path = '/', shift = 0): Promise<string | undefined> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.port(port) + shift}${path}`)
      return await answer.text()
    } catch {
      return undefined // which the test then sees
    }
  }

  /** Every process of this world that runs, whoever started it. */
  async processes(): Promise<readonly number[]> {
    const found = await Promise.all([...this.#shifts].map((shift) => markedProcesses(this.dataFolder(shift).mark)))
    return found.flat().map(({ pid }) => pid)
  }

  /** @throws when it has to end a process that the code under test left behind */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
    const left = await this.processes()
    for (const pid of left) process.kill(pid, 'SIGKILL')
    await rm(this.#root, { recursive: true, force: true, maxRetries: 10 })
    if (left.length > 0) throw new Error(`Processes were left behind: ${left.join(', ')}`)
  }
}

/** Makes the folder. In the stack file `<name>` stands for a port that is free, the same for the same name. */
export async function openStackWorld(
  yaml: string,
  files: Readonly<Record<string, string>> = {},
  { folder = 'stack' }: StackWorldOptions = {},
): Promise<StackWorld> {
  const root = await mkdtemp(join(tmpdir(), 'portolan-supervise-'))
  const names = [...new Set([...yaml.matchAll(/<([a-z]+)>/g)].map(([, name = '']) => name))]
  const numbers = await freePorts(names.length)
  const ports = new Map(names.map((name, index) => [name, numbers[index] ?? 0]))
  const world = new StackWorld(root, join(root, folder), ports)
  const text = yaml.replaceAll(/<([a-z]+)>/g, (_, name: string) => String(ports.get(name)))
  await world.write({ ...files, 'portolan.yaml': `stack: world\n${text}` })
  await copyFile(join(HERE, 'fixtures/server.mjs'), join(world.folder, 'server.mjs'))
  await symlink(join(HERE, '../../node_modules'), join(world.folder, 'node_modules'))
  return world
}

/** Distinct ports that nobody has at the moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => holdPort(0)))
  const ports = servers.map(portOf)
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
  return ports
}

/** Holds a port, in this process, until it is disposed of. */
export async function holdPort(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen({ port, host: '127.0.0.1' })
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address.port
}

/** What the supervisor of fixtures/up/main.ts says. */
export interface SupervisorLine {
  readonly service?: string
  readonly to?: string
  readonly note?: string
  readonly ready?: boolean
  readonly code?: string
  readonly message?: string
}

/** A supervisor as a process of its own. */
export class SupervisorProcess implements AsyncDisposable {
  readonly lines: SupervisorLine[] = []
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown>

  constructor(file: string, { uid }: { readonly uid?: number } = {}) {
    const args = ['--disable-warning=ExperimentalWarning', join(HERE, 'fixtures/up/main.ts'), file]
    const command = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--']
    const [program = '', ...rest] = [...command, process.execPath, ...args]
    this.#child = spawn(program, rest, { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#exit = once(this.#child, 'exit')
    let unfinished = ''
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (unfinished + text).split('\n')
      unfinished = lines.pop() ?? ''
      this.lines.push(...lines.map((line): SupervisorLine => JSON.parse(line)))
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Ends it as a disaster does; nothing of it can react. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  /** Asks it to close, and resolves when it has ended. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGTERM')
    await this.#exit
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
