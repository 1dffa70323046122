import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from '@portolan/errors'
import { logFilePath } from './log-file.ts'
import { type LogLine, parseLogLine } from './log-line.ts'

const OLDEST_AGE = 9
const READ_BYTES = 64 * 1024
const LINE_END = 0x0a

/** A place in the log of one service, kept also while its files take turns. */
export class LogCursor implements AsyncDisposable {
  readonly #folder: string
  readonly #service: string
  #part: LogPart | undefined

  constructor(folder: string, service: string) {
    this.#folder = folder
    this.#service = service
  }

  /** What stands in all files, the oldest line first; {@link read} goes on behind it. */
  async readPast(limits: { readonly since?: Date; readonly lastCount?: number }): Promise<readonly LogLine[]> {
    const since = limits.since?.getTime() ?? 0
    const most = limits.lastCount ?? Number.POSITIVE_INFINITY
    const seen = new Set<number>()
    let lines: readonly LogLine[] = []
    // From the newest file to the oldest: usually the first one has enough.
    for (let age = 0; age <= OLDEST_AGE && lines.length < most; age += 1) {
      await using owned = new AsyncDisposableStack()
      const part = await this.#open(age)
      if (part === undefined) continue
      if (age === 0) this.#part = part
      else owned.use(part)
      if (seen.has(part.inode)) continue // the files have taken turns meanwhile
      seen.add(part.inode)
      const read = await part.readWhole()
      const wanted = read.filter(({ at }) => at.getTime() >= since)
      lines = [...wanted, ...lines]
      if (wanted.length < read.length) break
    }
    return lines.length > most ? lines.slice(lines.length - most) : lines
  }

  /** The next lines; empty when there are none yet. */
  async read(): Promise<readonly LogLine[]> {
    this.#part ??= await this.#open(0)
    if (this.#part === undefined) return []
    const lines = await this.#part.read()
    if (lines.length > 0) return lines
    const next = await this.#partAfter(this.#part.inode)
    if (next === undefined) return []
    // Nothing more is written to a file that has had its turn, but something may have come since it was read.
    const last = await this.#part.readWhole()
    await this.#part[Symbol.asyncDispose]()
    this.#part = next
    return last.length > 0 ? last : next.read()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#part?.[Symbol.asyncDispose]()
    this.#part = undefined
  }

  /** The file that came after this one; undefined as long as this one is the newest. */
  async #partAfter(inode: number): Promise<LogPart | undefined> {
    let newer: LogPart | undefined
    for (let age = 0; age <= OLDEST_AGE; age += 1) {
      const part = await this.#open(age)
      if (part === undefined) continue
      if (part.inode === inode) {
        await part[Symbol.asyncDispose]()
        return newer
      }
      await newer?.[Symbol.asyncDispose]()
      newer = part
    }
    return newer // this one has been removed: the oldest there is
  }

  async #open(age: number): Promise<LogPart | undefined> {
    try {
      const handle = await open(logFilePath(this.#folder, this.#service, age), 'r')
      return new LogPart(handle, (await handle.stat()).ino, this.#service)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }
}

/** One of the files of a log, read from its beginning. */
class LogPart implements AsyncDisposable {
  /** Stays with the file when it is renamed. */
  readonly inode: number
  readonly #handle: FileHandle
  readonly #service: string
  #offset = 0
  #buffer = Buffer.alloc(READ_BYTES)

  constructor(handle: FileHandle, inode: number, service: string) {
    this.#handle = handle
    this.inode = inode
    this.#service = service
  }

  /** Everything up to the end as it is now. */
  async readWhole(): Promise<readonly LogLine[]> {
    const lines: LogLine[] = []
    for (let some = await this.read(); some.length > 0; some = await this.read()) lines.push(...some)
    return lines
  }

  /** Some lines; empty at the end. Only whole ones, so that no character is cut in two. */
  async read(): Promise<readonly LogLine[]> {
    const { size } = await this.#handle.stat()
    if (size < this.#offset) this.#offset = 0 // somebody emptied the file
    while (size > this.#offset) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, this.#buffer.length, this.#offset)
      const end = bytesRead === 0 ? -1 : this.#buffer.lastIndexOf(LINE_END, bytesRead - 1)
      if (end < 0 && bytesRead < this.#buffer.length) return [] // the line is still being written
      if (end < 0) this.#buffer = Buffer.alloc(this.#buffer.length * 2)
      else this.#offset += end + 1
      const lines = end < 0 ? [] : this.#parse(end)
      if (lines.length > 0) return lines
    }
    return []
  }

  #parse(end: number): readonly LogLine[] {
    const texts = this.#buffer.toString('utf8', 0, end).split('\n')
    return texts.flatMap((text) => parseLogLine(text, this.#service) ?? [])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}
