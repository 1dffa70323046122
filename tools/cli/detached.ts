import { spawn } from 'node:child_process'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFolder } from '@portolan/supervise'
import { type CliContext, type DetachMessage, EXIT } from './cli-context.ts'
import type { StackChoice } from './stack-argument.ts'

export interface DetachedOptions {
  readonly file: string
  readonly choice: StackChoice
  readonly folder: DataFolder
}

/** Starts the same `up` as a process of its own, and stays until it is up or has failed. */
export async function startDetached(context: CliContext, { file, choice, folder }: DetachedOptions): Promise<void> {
  const [program = '', ...first] = context.self
  const env = choice.env === undefined ? [] : ['--env', choice.env]
  const shift = choice.shift === undefined ? [] : ['--shift', String(choice.shift)]
  await mkdir(folder.logs, { recursive: true })
  await using log = await open(join(folder.logs, 'supervisor.log'), 'a')
  const child = spawn(program, [...first, 'up', file, ...env, ...shift], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    env: context.environment,
  })
  const outcome = await new Promise<DetachMessage>((resolve) => {
    context.stopped.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
    child.once('error', (error) => resolve({ type: 'failed', exitCode: report(context, error.message) }))
    child.once('exit', (code) => resolve({ type: 'failed', exitCode: code ?? EXIT.failed }))
    child.on('message', (message: DetachMessage) => {
      if (message.type === 'line') context.stdout.write(`${message.text}\n`)
      else resolve(message)
    })
  })
  if (outcome.type === 'failed') return context.setExitCode(outcome.exitCode)
  child.removeAllListeners('exit')
  child.disconnect()
  child.unref()
}

function report(context: CliContext, message: string): number {
  context.stderr.write(`${message}\n`)
  return EXIT.failed
}
