import { isAbsolute, join } from 'node:path'
import { AppError, type Waiting } from '@portolan/errors'
import { Child } from './child.ts'
import { controlFailed } from './errors.ts'
import type { LogFile } from './log-file.ts'
import { type HostAnswer, type HostRequest, parseHostAnswer } from './module-host/messages.ts'
import type { Running } from './runner.ts'

export interface ModuleHostParts {
  /** The program that hosts them: `module-host/main.ts`, or what it was bundled to. */
  readonly program: string
  readonly stackFolder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What the host itself says, and what no service of it claims. */
  readonly log: LogFile
}

export interface HostedStart {
  readonly service: string
  readonly module: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: LogFile
}

const STOP_GRACE_MS = 10_000

/**
 * The one process that a stack's modules share: it comes with the first and goes with the last. When it dies, all of
 * them have died, and whichever is started again first brings it back.
 */
export class ModuleHost {
  readonly #parts: ModuleHostParts
  readonly #logs = new Map<string, LogFile>()
  readonly #waiting = new Map<number, (answer: HostAnswer) => void>()
  readonly #members = new Set<string>()
  #child: Promise<Child> | undefined
  #lastId = 0

  constructor(parts: ModuleHostParts) {
    this.#parts = parts
  }

  async start(hosted: HostedStart, { signal }: Waiting): Promise<Running> {
    const { service } = hosted
    this.#logs.set(service, hosted.log)
    this.#members.add(service)
    this.#child ??= this.#open()
    const child = await this.#child
    try {
      await this.#ask(child, this.#startRequest(hosted), { signal })
    } catch (error) {
      await this.#leave(service, child, { signal: AbortSignal.timeout(STOP_GRACE_MS) })
      throw error
    }
    return {
      pid: child.pid,
      identity: child.identity,
      ended: child.ended.then((reason) => `the process of the modules ended with ${reason}`),
      stop: (waiting) => this.#stop(service, child, waiting),
    }
  }

  #startRequest({ service, module, environment }: HostedStart): Distributed<HostRequest> {
    const path = isAbsolute(module) ? module : join(this.#parts.stackFolder, module)
    const defined = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return { type: 'start', service, module: path, environment: Object.fromEntries(defined) }
  }

  async #stop(service: string, child: Child, { signal }: Waiting): Promise<void> {
    if (!this.#members.has(service)) return
    const ended = child.ended.then(() => undefined)
    const stopping = this.#ask(child, { type: 'stop', service, graceMs: STOP_GRACE_MS }, { signal })
    // One that does not let go is ended with the process.
    await Promise.race([stopping, ended]).catch(() => child.stop({ signal: AbortSignal.abort() }))
    await this.#leave(service, child, { signal })
  }

  async #leave(service: string, child: Child, { signal }: Waiting): Promise<void> {
    const wasMember = this.#members.delete(service)
    if (wasMember && this.#members.size === 0) await child.stop({ signal })
  }

  async #open(): Promise<Child> {
    const { program, stackFolder, environment, log } = this.#parts
    const plan = {
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', program],
      folder: stackFolder,
      environment,
      hasChannel: true,
      sift: (line: string) => this.#deliver(line),
    }
    const child = await Child.start(plan, log)
    child.channel.on('message', (message) => this.#receive(message))
    void child.ended.then((reason) => this.#lost(reason)) // never rejects
    return child
  }

  #lost(reason: string): void {
    this.#child = undefined
    const message = `The process of the modules ended with ${reason}.`
    for (const [id, answer] of this.#waiting) answer({ type: 'failed', id, code: 'SUPERVISE_CONTROL_FAILED', message })
    this.#waiting.clear()
  }

  /** @returns false when the line has gone to the log of its service */
  #deliver(line: string): boolean {
    const log = this.#logs.get(serviceOfLine(line) ?? '')
    if (log === undefined) return true
    void log.write('out', [line]) // never rejects; closing the log waits for it
    return false
  }

  #receive(message: unknown): void {
    const answer = parseHostAnswer(message)
    if (answer === undefined) return
    this.#waiting.get(answer.id)?.(answer)
    this.#waiting.delete(answer.id)
  }

  async #ask(child: Child, request: Distributed<HostRequest>, { signal }: Waiting): Promise<void> {
    this.#lastId += 1
    const id = this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<HostAnswer>()
    this.#waiting.set(id, resolve)
    const done = new AbortController()
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal })
    child.channel.send({ ...request, id }, undefined, undefined, (error) => {
      if (error !== null) reject(controlFailed(error.message, error))
    })
    try {
      const answer = await promise
      if (answer.type === 'failed') throw new AppError(answer.code, answer.message)
    } finally {
      done.abort()
      this.#waiting.delete(id)
    }
  }
}

type Distributed<Request> = Request extends unknown ? Omit<Request, 'id'> : never

function serviceOfLine(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'service' in value ? String(value.service) : undefined
  } catch {
    // A line that only looks like JSON belongs to the host's own log.
    return undefined
  }
}
