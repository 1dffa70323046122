import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const CLI = fileURLToPath(new URL('../tools/cli/main.ts', import.meta.url))

export interface CliPlace {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}

/** How one call of `portolan` ended, and all that it printed. */
export interface CliOutcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** One call of `portolan`, as a shell makes it: a process that leads a group of its own. */
export class CliProcess implements AsyncDisposable {
  readonly pid: number
  readonly ended: Promise<CliOutcome>
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''

  constructor(args: readonly string[], { folder, environment }: CliPlace) {
    this.#child = spawn(process.execPath, [CLI, ...args], {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.pid = this.#child.pid ?? 0
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.ended = this.#end()
  }

  get stdout(): string {
    return this.#stdout
  }

  /** Resolves when it has printed that. */
  async said(what: string | RegExp): Promise<void> {
    const isSaid = () => (typeof what === 'string' ? this.#stdout.includes(what) : what.test(this.#stdout))
    await expect.poll(() => isSaid() || this.#child.exitCode !== null, { timeout: 30_000, interval: 20 }).toBe(true)
    expect(isSaid(), `It ended without saying ${String(what)}:\n${this.#stdout}\n${this.#stderr}`).toBe(true)
  }

  /** What a terminal does at Ctrl-C (SIGINT) or when it is closed (SIGHUP): every process of the group is told. */
  signalGroup(name: NodeJS.Signals): void {
    process.kill(-this.pid, name)
  }

  /** Only itself: what the kernel does when memory is short. */
  kill(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }

  async #end(): Promise<CliOutcome> {
    // `close`, not `exit`: what it printed last is read as well.
    await once(this.#child, 'close')
    const { exitCode: code, signalCode: signal } = this.#child
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr }
  }
}
