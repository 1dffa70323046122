import { type FSWatcher, watch } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { errorCode, type Waiting } from '@portolan/errors'
import { logFilePath } from './log-file.ts'
import { type LogLine, parseLogLine } from './log-line.ts'

export interface ReadLogsOptions {
  readonly services: readonly string[]
  /** Older lines are left out. */
  readonly since?: Date
  /** At most so many of the last lines of all services together, before anything that follows. */
  readonly lastCount?: number
}

const OLDEST_AGE = 9
const READ_BYTES = 64 * 1024
/** File events can get lost (network folders, full queues): look at least so often. */
const LOOK_MS = 500

/** What stands in the logs, in the order of time. */
export async function readLogs(folder: string, options: ReadLogsOptions): Promise<readonly LogLine[]> {
  const since = options.since?.getTime() ?? 0
  const ages = Array.from({ length: OLDEST_AGE + 1 }, (_, index) => OLDEST_AGE - index)
  const lines: LogLine[] = []
  for (const service of options.services) {
    for (const age of ages) lines.push(...(await linesOf(logFilePath(folder, service, age), service)))
  }
  // Stable: lines of one service stay in their own order where times are equal.
  const sorted = lines.filter(({ at }) => at.getTime() >= since).toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return options.lastCount === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - options.lastCount))
}

/** First what stands in the logs, then every line as it comes, until the signal fires. */
export async function* followLogs(
  folder: string,
  options: ReadLogsOptions,
  { signal }: Waiting,
): AsyncGenerator<LogLine, void, undefined> {
  await using cursors = new AsyncDisposableStack()
  const tails = options.services.map((service) => cursors.use(new LogTail(folder, service)))
  // The ends are taken before the past is read: a line may then come twice at most, so the past wins.
  for (const tail of tails) await tail.skipToEnd()
  yield* await readLogs(folder, options)
  using changes = new FolderChanges(folder)
  while (!signal.aborted) {
    let count = 0
    for (const tail of tails) {
      for (const line of await tail.read()) {
        count += 1
        yield line
      }
    }
    if (count === 0) await changes.next({ signal })
  }
}

async function linesOf(file: string, service: string): Promise<readonly LogLine[]> {
  try {
    await using handle = await open(file, 'r')
    const lines: LogLine[] = []
    for await (const text of handle.readLines({ autoClose: false })) {
      const line = parseLogLine(text, service)
      if (line !== undefined) lines.push(line)
    }
    return lines
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

/** Reads on at the end of one log, also across a rotation. */
class LogTail implements AsyncDisposable {
  readonly #path: string
  readonly #service: string
  #handle: FileHandle | undefined
  #inode = 0
  #offset = 0

  constructor(folder: string, service: string) {
    this.#path = logFilePath(folder, service)
    this.#service = service
  }

  async skipToEnd(): Promise<void> {
    if (await this.#open()) this.#offset = (await this.#handle?.stat())?.size ?? 0
  }

  async read(): Promise<readonly LogLine[]> {
    const lines = await this.#readOpened()
    if (lines.length > 0 || !(await this.#wasRotated())) return lines
    await this.#forget()
    return this.#readOpened()
  }

  async #readOpened(): Promise<readonly LogLine[]> {
    if (!(await this.#open())) return []
    const buffer = Buffer.alloc(READ_BYTES)
    const { bytesRead = 0 } = (await this.#handle?.read(buffer, 0, READ_BYTES, this.#offset)) ?? {}
    // Only whole lines, so that no character is cut in two.
    const end = buffer.lastIndexOf(0x0a, bytesRead - 1)
    if (bytesRead === 0 || end < 0) return []
    this.#offset += end + 1
    const texts = buffer.toString('utf8', 0, end).split('\n')
    return texts.flatMap((text) => parseLogLine(text, this.#service) ?? [])
  }

  async #open(): Promise<boolean> {
    if (this.#handle !== undefined) return true
    try {
      this.#handle = await open(this.#path, 'r')
      this.#inode = (await this.#handle.stat()).ino
      this.#offset = 0
      return true
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false
      throw error
    }
  }

  async #wasRotated(): Promise<boolean> {
    if (this.#handle === undefined) return false
    try {
      await using current = await open(this.#path, 'r')
      return (await current.stat()).ino !== this.#inode
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false // between the two steps of a rotation
      throw error
    }
  }

  async #forget(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#forget()
  }
}

/** Wakes whoever waits when something in the folder changes, or after a while. */
class FolderChanges implements Disposable {
  readonly #watcher: FSWatcher
  #wake: (() => void) | undefined

  constructor(folder: string) {
    this.#watcher = watch(folder, () => this.#wake?.())
  }

  next({ signal }: Waiting): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, LOOK_MS)
    this.#wake = resolve
    signal.addEventListener('abort', () => resolve(), { once: true })
    return promise.finally(() => clearTimeout(timer))
  }

  [Symbol.dispose](): void {
    this.#watcher.close()
    this.#wake?.()
  }
}
