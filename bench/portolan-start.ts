import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StartedPrograms } from './started-programs.ts'

const CLI = fileURLToPath(new URL('../tools/cli/main.ts', import.meta.url))
// As the scripts of package.json start it: what was compiled once is not compiled again.
const COMPILED = fileURLToPath(new URL('../tools/setup/compiled.mjs', import.meta.url))

/** `portolan up`, from the call to the line that says that every service is healthy. */
export async function startByPortolan(
  folder: string,
  shift: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<StartedPrograms> {
  const beganAt = performance.now()
  const child = spawn(process.execPath, [COMPILED, CLI, 'up', '--shift', String(shift)], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await untilUp(child)
  const readyMs = performance.now() - beganAt
  return { readyMs, pids: [child.pid ?? 0], stop: () => stop(child) }
}

async function untilUp(child: ChildProcess): Promise<void> {
  let output = ''
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk)
    if (output.includes(' is up in ')) break
  }
  if (child.exitCode !== null || !output.includes(' is up in ')) throw new Error(`The stack did not start:\n${output}`)
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  await exited
}
