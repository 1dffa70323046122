import type { Programs } from '@portolan/supervise'
import type { Typing } from './typing.ts'

/** What `main.ts` hands to the commands: nothing else of the CLI touches the process. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** Processes of ours that the supervisor starts. */
  readonly programs: Programs
  /** The registry's server, a program of ours as well. */
  readonly registryServer: string
  /** How it is called, for whatever a person is told to type next. */
  readonly typing: Typing
  /** The program and first arguments that start this very CLI again, for `up --detach`. */
  readonly self: readonly string[]
  /** Fires at the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly stopped: AbortSignal
  /** Fires at the second: whoever asks twice does not want to wait. */
  readonly hurried: AbortSignal
  /** Fires when nobody reads the standard output any more. */
  readonly unread: AbortSignal
  /** The way to whoever started this process as `up --detach`; undefined for everybody else. */
  readonly announce: ((message: DetachMessage) => void) | undefined
  /** What the process will exit with. */
  setExitCode(code: number): void
}

/** What a detached `up` tells the command that waits for it. */
export type DetachMessage =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly exitCode: number; readonly text: string }

/** 0 is well, 1 is "it did not work" or findings, 2 is input that cannot be used, 130 is Ctrl-C. */
export const EXIT = { ok: 0, failed: 1, unusable: 2, interrupted: 130 } as const
