import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type DataFolder, prepareDataFolder } from '@portolan/supervise'
import { type CliContext, type DetachMessage, EXIT } from './cli-context.ts'
import { unmarkedEnvironment } from './unmarked-environment.ts'

/** No service can be called so. */
const LOG_NAME = '_supervisor.log'

export interface DetachedOptions {
  /** The command that brings the copy up, such as `up portolan.yaml`, without `--detach`. */
  readonly command: readonly string[]
  readonly folder: DataFolder
}

/** How it ended to bring a copy up. */
export type DetachOutcome = Exclude<DetachMessage, { type: 'line' }>

/** Starts the same command as a process of its own, stays until the copy is up or has failed, and says why it did. */
export async function startDetached(context: CliContext, options: DetachedOptions): Promise<void> {
  const outcome = await runDetached(context, options)
  if (outcome.type === 'failed') tellFailed(context, outcome)
}

export function tellFailed(context: CliContext, { text, exitCode }: Extract<DetachOutcome, { type: 'failed' }>): void {
  if (text !== '') context.stderr.write(`${text}\n`)
  context.setExitCode(exitCode)
}

/** The same, for whoever makes of its end what there is to make of it. */
export async function runDetached(context: CliContext, { command, folder }: DetachedOptions): Promise<DetachOutcome> {
  const [program = '', ...first] = context.self
  await prepareDataFolder(folder)
  const logPath = join(folder.logs, LOG_NAME)
  await using log = await open(logPath, 'a', 0o600)
  const child = spawn(program, [...first, ...command], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    env: await unmarkedEnvironment(context),
  })
  const outcome = await new Promise<DetachOutcome>((resolve) => {
    context.stopped.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
    child.once('error', ({ message }) => resolve({ type: 'failed', exitCode: EXIT.failed, text: message }))
    child.once('exit', (code, signal) => {
      const text = signal === null ? '' : `The supervisor was ended by ${signal}. Its log: ${logPath}`
      // What it said last may still be on its way.
      const settle = () => resolve({ type: 'failed', exitCode: code ?? EXIT.failed, text })
      if (child.connected) child.once('disconnect', settle)
      else settle()
    })
    child.on('message', (message: DetachMessage) => {
      if (message.type === 'line') context.stdout.write(`${message.text}\n`)
      else resolve(message)
    })
  })
  if (outcome.type === 'failed') return outcome
  child.removeAllListeners('exit')
  child.disconnect()
  child.unref()
  return outcome
}
