import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { errorCode, type Waiting } from '@portolan/errors'
import { identifyProcess, type ProcessIdentity } from '@portolan/observe'
import { programMissing } from './errors.ts'
import type { LogFile } from './log-file.ts'
import { groupEnded, pause, signalGroup } from './process-group.ts'

export interface ChildPlan {
  readonly command: string
  readonly args: readonly string[]
  readonly folder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stopSignal?: NodeJS.Signals
  /** Another user to run as, where the supervisor is root and the program refuses to be. */
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** Whether messages can be exchanged with it (Node programs of ours). */
  readonly hasChannel?: boolean
  /** Says of each line of its output whether it goes to the log given; the others have gone elsewhere. */
  readonly sift?: (line: string) => boolean
}

/** How long the rest of a group may take after SIGKILL: only a process in an uninterruptible wait takes any time at all. */
const KILL_WAIT_MS = 5_000

/** How long output may still arrive after the exit. */
const OUTPUT_WAIT_MS = 200
const NEVER = new AbortController().signal

/** A program that was started, and everything that it starts: it leads a process group of its own. */
export class Child {
  readonly pid: number
  readonly identity: ProcessIdentity | undefined
  /** How it ended, in words. Never rejects. */
  readonly ended: Promise<string>
  readonly #process: ChildProcess
  readonly #stopSignal: NodeJS.Signals
  #stopping: Promise<void> | undefined

  constructor(
    started: ChildProcess,
    pid: number,
    parts: { readonly identity: ProcessIdentity | undefined; readonly log: LogFile; readonly plan: ChildPlan },
  ) {
    this.#process = started
    this.pid = pid
    this.identity = parts.identity
    this.#stopSignal = parts.plan.stopSignal ?? 'SIGTERM'
    this.ended = endOf(started, parts.log, parts.plan)
  }

  /** @throws SUPERVISE_PROGRAM_MISSING when there is no such program, or the system's error */
  static async start(plan: ChildPlan, log: LogFile): Promise<Child> {
    const started = spawn(plan.command, plan.args, {
      cwd: plan.folder,
      env: plan.environment,
      // Its own group: Ctrl-C in the terminal reaches the supervisor alone, which stops everything in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(plan.hasChannel === true ? (['ipc'] as const) : [])],
      ...(plan.uid === undefined ? {} : { uid: plan.uid }),
      ...(plan.gid === undefined ? {} : { gid: plan.gid }),
    })
    try {
      await once(started, 'spawn')
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw programMissing(plan.command, error)
      throw error
    }
    const pid = started.pid ?? 0
    return new Child(started, pid, { identity: await identifyProcess(pid), log, plan })
  }

  /** The messages of a child with a channel. */
  get channel(): ChildProcess {
    return this.#process
  }

  /**
   * Asks it to end, then, when the signal fires, ends its whole group by SIGKILL. Called again: the same promise.
   * What it left behind in its group is ended as well.
   */
  stop(waiting: Waiting): Promise<void> {
    this.#stopping ??= this.#stop(waiting)
    return this.#stopping
  }

  async #stop({ signal }: Waiting): Promise<void> {
    if (signalGroup(this.pid, this.#stopSignal) && !(await groupEnded(this.pid, { signal }))) {
      signalGroup(this.pid, 'SIGKILL')
      await groupEnded(this.pid, { signal: AbortSignal.timeout(KILL_WAIT_MS) })
    }
    await this.ended
  }
}

async function endOf(started: ChildProcess, log: LogFile, plan: ChildPlan): Promise<string> {
  const exit = new Promise<string>((resolve) => {
    started.once('exit', (status, signal) =>
      resolve(signal === null ? `exit status ${status ?? 'unknown'}` : `signal ${signal}`),
    )
  })
  // After the start an error is one of the channel: a message to a child that has just died.
  started.on('error', (error) => {
    void log.write('sys', [error.message]) // never rejects; `close` of the log waits for it
  })
  const { stdout, stderr } = started
  const reading = [
    stdout === null ? Promise.resolve() : log.follow(stdout, 'out', plan.sift),
    stderr === null ? Promise.resolve() : log.follow(stderr, 'err', plan.sift),
  ]
  const reason = await exit
  // A grandchild may hold the pipes open for ever: what it says later is still read, but nobody waits for it.
  await Promise.race([Promise.allSettled(reading), pause(OUTPUT_WAIT_MS, { signal: NEVER })])
  return reason
}
