import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

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

async function killChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

export interface TestFolder extends AsyncDisposable {
  readonly root: string
  /** Writes files, and symbolic links where the value is `{ link }`; folders come by themselves. */
  write(files: Readonly<Record<string, string | { readonly link: string }>>): Promise<void>
}

/** A folder of its own under the system's temporary one, removed when it is disposed of. */
export async function openTestFolder(): Promise<TestFolder> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'portolan-observe-'))
  return {
    root,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        const file = path.join(root, name)
        await mkdir(path.dirname(file), { recursive: true })
        await (typeof content === 'string' ? writeFile(file, content) : symlink(content.link, file))
      }
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
