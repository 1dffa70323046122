import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { errorMessage, type Waiting } from '@portolan/errors'
import type { Account } from './account.ts'

const execute = promisify(execFile)

/** Nothing of the caller's environment: messages in English, times in UTC, on every machine. */
export const SERVER_ENVIRONMENT: Readonly<Record<string, string>> = Object.freeze({
  LC_ALL: 'C',
  TZ: 'UTC',
  PATH: '/usr/local/bin:/usr/bin:/bin',
})

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly workingFolder: string
  readonly account: Account | undefined
}

export type CommandResult =
  | { readonly state: 'succeeded'; readonly output: string }
  | { readonly state: 'failed'; readonly output: string; readonly cause: unknown }

/** Runs a command to its end. A failure is a result; only an abort throws. */
export async function runCommand(command: Command, { signal }: Waiting): Promise<CommandResult> {
  try {
    const { stdout } = await execute(command.file, [...command.args], {
      cwd: command.workingFolder,
      env: { ...SERVER_ENVIRONMENT },
      signal,
      ...command.account,
    })
    return { state: 'succeeded', output: stdout }
  } catch (cause) {
    signal.throwIfAborted()
    return { state: 'failed', output: outputOf(cause), cause }
  }
}

function outputOf(cause: unknown): string {
  const hasOutput = typeof cause === 'object' && cause !== null && 'stderr' in cause
  const output = hasOutput && typeof cause.stderr === 'string' ? cause.stderr.trim() : ''
  return output === '' ? errorMessage(cause) : output
}
