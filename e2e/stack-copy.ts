import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DataFolder, dataFolderOf, readRunState, type StackStatus } from '@portolan/supervise'
import { expect, vi } from 'vitest'
import { type CliOutcome, CliProcess } from './cli-process.ts'
import { type CopyProcess, listCopyProcesses } from './copy-processes.ts'
import { openPortSlot, type PortSlot } from './port-slot.ts'

const EXAMPLE = fileURLToPath(new URL('../examples/hello-stack/', import.meta.url))
/** Inside the checkout, so that the copy's modules find `@portolan/*`; git does not see it. */
const PARENT = fileURLToPath(new URL('.tmp/', import.meta.url))
const LEFT_OUT = ['.portolan', 'node_modules']
const PORT = /\b(3\d\d\d)\b/g
const EXAMPLE_PORTS = [3000, 3101, 3102, 3103, 3104, 3105]

export const START_MS = 60_000

/** A copy of a stack in a folder of its own, on ports of its own. Disposing stops it, proves that, and removes it. */
export class StackCopy implements AsyncDisposable {
  readonly folder: string
  readonly shift: number
  /** Set these for the calls that follow; services inherit them. */
  environment: Readonly<Record<string, string>> = cleanEnvironment()
  readonly #slots: PortSlot[]
  readonly #endings: (() => Promise<void>)[] = []

  constructor(folder: string, slot: PortSlot) {
    this.folder = folder
    this.shift = slot.shift
    this.#slots = [slot]
  }

  get data(): DataFolder {
    return this.dataAt(this.shift)
  }

  /** Where the gateway is: every stack here has it on port 3000. */
  get address(): string {
    return `http://localhost:${this.port(3000)}`
  }

  dataAt(shift: number): DataFolder {
    return dataFolderOf(this.folder, { environment: 'development', shift })
  }

  /** The number that a declared port has in this copy. */
  port(declared: number): number {
    return declared + this.shift
  }

  /** Something to undo once the stack is stopped and before its folder is removed. */
  beforeRemoval(ending: () => Promise<void>): void {
    this.#endings.push(ending)
  }

  /** A second shift for the same folder. */
  async openSecondShift(): Promise<number> {
    const slot = await openPortSlot(EXAMPLE_PORTS)
    this.#slots.push(slot)
    return slot.shift
  }

  /** Begins a call of `portolan` for this copy. */
  begin(...args: readonly string[]): CliProcess {
    return this.beginPlain(...args, '--shift', String(this.shift))
  }

  /** Begins a call without `--shift`. */
  beginPlain(...args: readonly string[]): CliProcess {
    return new CliProcess(args, { folder: this.folder, environment: this.environment })
  }

  /** Calls `portolan` for this copy and waits for its end. */
  async run(...args: readonly string[]): Promise<CliOutcome> {
    await using call = this.begin(...args)
    return await call.ended
  }

  /** Starts it in the background and waits until all of it is healthy. */
  async up(): Promise<CliOutcome> {
    const outcome = await this.run('up', '--detach')
    expect(outcome.code, `${outcome.stdout}\n${outcome.stderr}`).toBe(0)
    return outcome
  }

  async status(): Promise<StackStatus> {
    const { stdout } = await this.run('status', '--json')
    const status: StackStatus = JSON.parse(stdout)
    return status
  }

  /** The states by service, as the file of the run has them: a look that costs no process. */
  async states(): Promise<Readonly<Record<string, string>>> {
    const services = (await readRunState(this.data))?.status.services ?? []
    return Object.fromEntries(services.map(({ name, state }) => [name, state]))
  }

  async supervisorPid(): Promise<number> {
    const pid = (await readRunState(this.data))?.supervisor?.pid
    if (pid === undefined) throw new Error('The copy has no supervisor.')
    return pid
  }

  /** The first process whose command line matches, as soon as it is there. */
  async processLike(pattern: RegExp): Promise<CopyProcess> {
    let found: CopyProcess | undefined
    const look = async () => {
      found = (await this.processes()).find(({ command }) => pattern.test(command))
      return found !== undefined
    }
    await expect.poll(look, { timeout: START_MS, interval: 1 }).toBe(true)
    if (found === undefined) throw new Error(`No process is like ${String(pattern)}.`)
    return found
  }

  processes(): Promise<readonly CopyProcess[]> {
    return listCopyProcesses(this.folder, [this.data.mark])
  }

  /** Nothing that was started for this copy runs any more; what was told to end may take its moment. */
  async isGone(): Promise<void> {
    // Not `expect.poll`, which only works inside a test: this is what closes a copy as well.
    await vi.waitFor(async () => expect(await this.processes()).toEqual([]), { timeout: 10_000, interval: 50 })
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text)
  }

  async log(service: string): Promise<string> {
    return readFile(join(this.data.logs, `${service}.log`), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.run('down')
      for (const { pid } of await this.processes()) process.kill(pid, 'SIGKILL')
      await this.isGone()
    } finally {
      for (const ending of this.#endings) await ending()
      await rm(this.folder, { recursive: true, force: true, maxRetries: 10 })
      await rm(this.data.controlSocket, { force: true })
      for (const slot of this.#slots) await slot[Symbol.asyncDispose]()
    }
  }
}

/** The example that `npm start` brings up. */
export async function openExampleCopy(): Promise<StackCopy> {
  const folder = await newFolder()
  await cp(EXAMPLE, folder, {
    recursive: true,
    filter: (source) => !LEFT_OUT.includes(basename(source)) && !source.endsWith('.test.ts'),
  })
  return new StackCopy(folder, await openPortSlot(EXAMPLE_PORTS))
}

/**
 * A stack of one's own: its files by their names.
 * @param ports what it declares; those between 3000 and 3999 that its stack file names unless said otherwise
 */
export async function openOwnStack(
  files: Readonly<Record<string, string>>,
  ports: readonly number[] = portsNamedIn(files['portolan.yaml'] ?? ''),
): Promise<StackCopy> {
  const folder = await newFolder()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return new StackCopy(folder, await openPortSlot(ports))
}

function portsNamedIn(stackFile: string): readonly number[] {
  return [...stackFile.matchAll(PORT)].map(([port]) => Number(port))
}

async function newFolder(): Promise<string> {
  await mkdir(PARENT, { recursive: true })
  return mkdtemp(PARENT)
}

/** What a shell gives a person: nothing of the test runner's. */
function cleanEnvironment(): Readonly<Record<string, string>> {
  const { PATH = '', HOME = '/', TMPDIR } = process.env
  const own = { PATH: `${dirname(process.execPath)}:${PATH}`, HOME, LANG: 'C.UTF-8' }
  return TMPDIR === undefined ? own : { ...own, TMPDIR }
}
