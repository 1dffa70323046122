import { isAbsolute, join } from 'node:path'
import { errorCode, type Waiting } from '@portolan/errors'
import type { LogFile } from './log-file.ts'
import { ModuleProcess } from './module-process.ts'
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

/** A module that is asked to stop has longer than whoever asks will wait; when they hurry, so long to let go. */
const STOP_GRACE_MS = 15_000
const FORCE_MS = 2_000

/**
 * The one process that a stack's modules share: it comes with the first and goes with the last. When it dies, all of
 * them have died, and whichever is started again first brings it back.
 */
export class ModuleHost {
  readonly #parts: ModuleHostParts
  #current: ModuleProcess | undefined

  constructor(parts: ModuleHostParts) {
    this.#parts = parts
  }

  async start(hosted: HostedStart, { signal }: Waiting): Promise<Running> {
    const { service, module, log } = hosted
    this.#current ??= this.#open()
    const process = this.#current
    let stopping: Promise<void> | undefined
    const stop = (waiting: Waiting) => {
      stopping ??= this.#stop(service, process, waiting)
      return stopping
    }
    try {
      const child = await process.join(service, log)
      const path = isAbsolute(module) ? module : join(this.#parts.stackFolder, module)
      await process.ask({ type: 'start', service, module: path, environment: defined(hosted.environment) }, { signal })
      const ended = child.ended.then((reason) => `the process of the modules is gone: ${reason}`)
      return { pid: child.pid, identity: child.identity, ended, stop }
    } catch (error) {
      await stop({ signal: AbortSignal.timeout(FORCE_MS) })
      throw error
    }
  }

  #open(): ModuleProcess {
    const { program, stackFolder, environment, log } = this.#parts
    const args = ['--disable-warning=ExperimentalWarning', program]
    const plan = { command: process.execPath, args, folder: stackFolder, environment, hasChannel: true }
    const opened = new ModuleProcess(plan, log)
    void opened.ended().then(() => this.#forget(opened)) // neither rejects
    return opened
  }

  #forget(process: ModuleProcess): void {
    if (this.#current === process) this.#current = undefined
  }

  async #stop(service: string, process: ModuleProcess, waiting: Waiting): Promise<void> {
    const hasLetGo = await letGo(service, process, waiting)
    const isEmpty = process.leave(service) === 0
    if (hasLetGo && !isEmpty) return
    // Who starts from here on gets a new one: this one is on its way out.
    this.#forget(process)
    // A module that does not let go is ended with the process, and the others come back in a new one.
    await process.stop(hasLetGo ? waiting : { signal: AbortSignal.abort() })
  }
}

/** @returns false when the module may still be there */
async function letGo(service: string, process: ModuleProcess, { signal }: Waiting): Promise<boolean> {
  if (await isAnswered(process.ask({ type: 'stop', service, graceMs: STOP_GRACE_MS }, { signal }))) return true
  const limit = AbortSignal.timeout(FORCE_MS)
  return isAnswered(process.ask({ type: 'stop', service, graceMs: 0 }, { signal: limit }))
}

async function isAnswered(question: Promise<void>): Promise<boolean> {
  try {
    await question
    return true
  } catch (error) {
    // A close that failed is a close, and the process has logged why; one that overran, or no answer, is none.
    const code = errorCode(error)
    return code !== undefined && code !== 'SERVICE_CLOSE_OVERRUN' && code !== 'SUPERVISE_CONTROL_FAILED'
  }
}

function defined(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}
