import { AppError, type Waiting } from '@portolan/errors'
import { Child, type ChildPlan } from './child.ts'
import { controlFailed } from './errors.ts'
import type { LogFile } from './log-file.ts'
import { type HostAnswer, type HostRequest, parseHostAnswer } from './module-host/messages.ts'

type Question = HostRequest extends infer Request ? (Request extends unknown ? Omit<Request, 'id'> : never) : never

/** One life of the process that hosts the modules: who is in it, and what it is asked. */
export class ModuleProcess {
  readonly #logs = new Map<string, LogFile>()
  readonly #waiting = new Map<number, (answer: HostAnswer) => void>()
  readonly #child: Promise<Child>
  #lastId = 0

  constructor(plan: ChildPlan, log: LogFile) {
    this.#child = this.#open(plan, log)
  }

  /** Adds a service: its lines go to its log, and the process stays as long as it is in it. */
  async join(service: string, log: LogFile): Promise<Child> {
    this.#logs.set(service, log)
    return this.#child
  }

  /** @returns how many are left */
  leave(service: string): number {
    this.#logs.delete(service)
    return this.#logs.size
  }

  /** Resolves with how it ended; also when it never came into being. */
  async ended(): Promise<string> {
    try {
      return await (await this.#child).ended
    } catch {
      return 'it did not start' // whoever wanted it is told why
    }
  }

  /** @throws what the process says was wrong; SUPERVISE_CONTROL_FAILED when it ends; the signal's reason */
  async ask(question: Question, { signal }: Waiting): Promise<void> {
    const { channel } = await this.#child
    signal.throwIfAborted()
    this.#lastId += 1
    const id = this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<HostAnswer>()
    const done = new AbortController()
    this.#waiting.set(id, resolve)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal })
    channel.send({ ...question, id }, undefined, undefined, (error) => {
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

  async stop(waiting: Waiting): Promise<void> {
    await (await this.#child).stop(waiting)
  }

  async #open(plan: ChildPlan, log: LogFile): Promise<Child> {
    const child = await Child.start({ ...plan, divert: (line) => this.#deliver(line) }, log)
    child.channel.on('message', (message) => this.#receive(message))
    void child.ended.then((reason) => this.#lost(reason)) // neither rejects
    return child
  }

  #lost(reason: string): void {
    const message = `The process of the modules is gone: ${reason}.`
    for (const [id, answer] of this.#waiting) answer({ type: 'failed', id, code: 'SUPERVISE_CONTROL_FAILED', message })
  }

  #deliver(line: string): Promise<void> | undefined {
    return this.#logs.get(serviceOfLine(line) ?? '')?.write('out', [line])
  }

  #receive(message: unknown): void {
    const answer = parseHostAnswer(message)
    if (answer !== undefined) this.#waiting.get(answer.id)?.(answer)
  }
}

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
