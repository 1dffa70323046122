import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

export interface CliRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly stdin?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs the command line as a process of its own, without a terminal. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<CliRun> {
  return runProgram([process.execPath, MAIN, ...args], options)
}

export async function runProgram(
  [program = '', ...args]: readonly string[],
  { cwd, stdin, environment }: RunOptions = {},
): Promise<CliRun> {
  const child = spawn(program, args, { cwd, env: { ...cleanEnvironment(), ...environment }, stdio: 'pipe' })
  child.stdin.end(stdin ?? '')
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code))
  })
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { exitCode, stdout, stderr }
}

/** What a shell has: nothing of the npm that runs the tests, and no colours. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name]) => !/^(npm_(?!config_cache)|INIT_CWD$|FORCE_COLOR$)/i.test(name)))
}

/** A folder of its own with these files in it, gone when the test ends. */
export async function openFolder(files: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'portolan-cli-'))
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content)
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
