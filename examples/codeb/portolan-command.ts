import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PROGRAM = path.join(import.meta.dirname, '..', '..', 'tools', 'cli', 'main.ts')
const ARGS = ['--disable-warning=ExperimentalWarning', PROGRAM]

export type Variables = Readonly<Record<string, string>>

/** Runs `portolan …` as it is typed, and gives what it prints. @throws with its own words when it fails */
export async function portolan(args: readonly string[], env: Variables): Promise<string> {
  const { stdout } = await run(process.execPath, [...ARGS, ...args], { env })
  return stdout
}

/** `portolan up`, until it is disposed of. */
export function startPortolanUp(file: string, env: Variables): AsyncDisposable {
  const child = spawn(process.execPath, [...ARGS, 'up', file], { env, stdio: 'ignore' })
  return { [Symbol.asyncDispose]: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await ended
}
