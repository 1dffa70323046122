import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

export interface TestChild extends AsyncDisposable {
  readonly pid: number
  /** The first line that it printed, by which it says that it is ready. */
  readonly firstLine: string
  kill(): Promise<void>
}

export interface TestChildOptions {
  readonly detached?: boolean
  readonly uid?: number
}

/** Starts a real process, waits for its first line of output, and ends it at the latest when it is disposed of. */
export async function startChild(
  program: string,
  args: readonly string[],
  options: TestChildOptions = {},
): Promise<TestChild> {
  const child = spawn(program, [...args], { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = () => killChild(child)
  try {
    const [firstLine] = await once(createInterface(child.stdout), 'line', { signal: AbortSignal.timeout(20_000) })
    if (child.pid === undefined) throw new Error(`${program} did not start`)
    return { pid: child.pid, firstLine: String(firstLine), kill, [Symbol.asyncDispose]: kill }
  } catch (error) {
    await kill()
    throw error
  }
}

/** The same for a piece of JavaScript, run by this Node. */
export function startNode(code: string, options: TestChildOptions = {}): Promise<TestChild> {
  return startChild(process.execPath, ['-e', code], options)
}

export async function killChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

export interface TestFolder extends AsyncDisposable {
  readonly root: string
  /** Writes files, symbolic links (`{ link }`) and programs (`{ script }`); folders come by themselves. */
  write(files: Readonly<Record<string, TestFile>>): Promise<void>
}

export type TestFile = string | { readonly link: string } | { readonly script: string }

/** A folder of its own under the system's temporary one, removed when it is disposed of. */
export async function openTestFolder(): Promise<TestFolder> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'portolan-observe-'))
  return {
    root,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        const file = path.join(root, name)
        await mkdir(path.dirname(file), { recursive: true })
        await writeTestFile(file, content)
      }
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

async function writeTestFile(file: string, content: TestFile): Promise<void> {
  if (typeof content === 'string') await writeFile(file, content)
  else if ('link' in content) await symlink(content.link, file)
  else await writeFile(file, content.script, { mode: 0o755 })
}

const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/local/sbin']

/** Where a program of the system is installed, also one for administrators that a PATH may leave out. */
export function findProgram(name: string): string | undefined {
  return SYSTEM_FOLDERS.map((folder) => path.join(folder, name)).find((file) => existsSync(file))
}

/** Runs a program of the system to its end, and gives what it wrote. */
export async function runProgram(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const program = findProgram(name) ?? name
  const options = { timeout: 60_000, env: { PATH: SYSTEM_FOLDERS.join(':'), ...env } }
  const { stdout } = await promisify(execFile)(program, [...args], options)
  return stdout
}

/** A port of 127.0.0.1 that was free a moment ago, for programs that cannot be told port 0. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** Those that a process started and those started by them, also in sessions of their own. */
export async function listDescendants(pid: number | undefined): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const children = text.split(' ').filter(Boolean).map(Number)
  const further = await Promise.all(children.map(listDescendants))
  return [...children, ...further.flat()]
}

export function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
