import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Waiting } from '@portolan/errors'
import { identifyProcess, type ProcessIdentity } from '@portolan/observe'
import type { LogFile } from './log-file.ts'
import { groupEnded, settledOrFired, signalGroup } from './process-group.ts'
import { spawnFailure } from './spawn-failure.ts'

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
  /** Takes a line of its output somewhere else than to the log given; undefined for a line that it does not take. */
  readonly divert?: (line: string) => Promise<void> | undefined
}

/** How long the rest of a group may take after SIGKILL: only a process in an uninterruptible wait takes any time at all. */
const KILL_WAIT_MS = 5_000
/** How long output may still arrive after the exit. */
const OUTPUT_WAIT_MS = 200

interface Output {
  /** How it ended, in words. Never rejects. */
  readonly ended: Promise<string>
  /** Stops reading: a process that left the group may hold the pipes open for ever, and with them ours. */
  close(): void
}

/** A program that was started, and everything that it starts: it leads a process group of its own. */
export class Child {
  readonly pid: number
  readonly identity: ProcessIdentity | undefined
  /** "it ended with exit status 1". Never rejects. */
  readonly ended: Promise<string>
  readonly #process: ChildProcess
  readonly #stopSignal: NodeJS.Signals
  readonly #output: Output
  readonly #force = new AbortController()
  readonly #gone = new AbortController()
  #stopping: Promise<void> | undefined

  private constructor(
    started: ChildProcess,
    plan: ChildPlan,
    parts: { readonly identity: ProcessIdentity | undefined; readonly output: Output },
  ) {
    this.#process = started
    this.pid = started.pid ?? 0
    this.identity = parts.identity
    this.#stopSignal = plan.stopSignal ?? 'SIGTERM'
    this.#output = parts.output
    this.ended = parts.output.ended
  }

  /** @throws SUPERVISE_PROGRAM_MISSING, SUPERVISE_PROGRAM_UNUSABLE, SUPERVISE_FOLDER_MISSING, or the system's error */
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
    // Before the first await: a program may end at once, and nobody is told of an exit that has been.
    const output = outputOf(started, log, plan)
    try {
      await once(started, 'spawn')
    } catch (error) {
      throw await spawnFailure(plan, error)
    }
    // After the start an error is one of the channel: a message to a child that has just died.
    started.on('error', (error) => {
      void log.write('sys', [error.message]) // never rejects; closing the log waits for it
    })
    return new Child(started, plan, { identity: await identifyProcess(started.pid ?? 0), output })
  }

  /** The messages of a child with a channel. */
  get channel(): ChildProcess {
    return this.#process
  }

  /**
   * Asks it to end, then, when the signal fires, ends its whole group by SIGKILL; what it left behind in its group is
   * ended as well. Called again: the same promise, and whichever signal fires first.
   */
  stop({ signal }: Waiting): Promise<void> {
    if (signal.aborted) this.#force.abort()
    signal.addEventListener('abort', () => this.#force.abort(), { once: true, signal: this.#gone.signal })
    this.#stopping ??= this.#stop({ signal: this.#force.signal })
    return this.#stopping
  }

  async #stop({ signal }: Waiting): Promise<void> {
    let isGone = !signalGroup(this.pid, this.#stopSignal)
    if (!isGone) {
      // First the leader, which costs nothing to wait for: the rest is a look at every process of the machine.
      await settledOrFired(this.ended, { signal })
      isGone = await groupEnded(this.pid, { signal })
    }
    if (!isGone) {
      signalGroup(this.pid, 'SIGKILL')
      isGone = await groupEnded(this.pid, { signal: AbortSignal.timeout(KILL_WAIT_MS) })
    }
    if (isGone) await this.ended
    this.#output.close()
    this.#gone.abort()
  }
}

function outputOf(started: ChildProcess, log: LogFile, { divert }: ChildPlan): Output {
  const { stdout, stderr } = started
  const exit = new Promise<string>((resolve) => {
    started.once('exit', (status, signal) =>
      resolve(`it ended with ${signal === null ? `exit status ${status ?? 'unknown'}` : `signal ${signal}`}`),
    )
  })
  const reading = Promise.allSettled([
    stdout === null ? undefined : log.follow(stdout, 'out', divert),
    stderr === null ? undefined : log.follow(stderr, 'err', divert),
  ])
  const ended = exit.then(async (reason) => {
    // A grandchild may hold the pipes open: what it says later is still read, but nobody waits for it.
    await settledOrFired(reading, { signal: AbortSignal.timeout(OUTPUT_WAIT_MS) })
    return reason
  })
  const close = () => {
    stdout?.destroy()
    stderr?.destroy()
  }
  return { ended, close }
}
