import { type FileHandle, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { errorCode } from '@portolan/errors'
import { formatLogLine, type LogLine } from './log-line.ts'

export interface LogFileOptions {
  readonly maxBytes?: number
  /** How many full files are kept beside the current one. */
  readonly keptCount?: number
  readonly now?: () => Date
}

const DEFAULTS = { maxBytes: 10_000_000, keptCount: 3, now: () => new Date() } as const satisfies LogFileOptions
const TAIL_LINES = 20
/** A program that never ends its line must not fill the memory. */
const LONGEST_LINE = 64 * 1024

/** `logs/board.log`, then `board.1.log` … from newer to older. */
export function logFilePath(folder: string, service: string, age = 0): string {
  return join(folder, age === 0 ? `${service}.log` : `${service}.${age}.log`)
}

/**
 * What one service prints, kept in files that take turns. A disk that is full costs lines, never the service: they are
 * counted, and the count is written once there is room again.
 */
export class LogFile {
  readonly path: string
  readonly #folder: string
  readonly #service: string
  readonly #options: Required<LogFileOptions>
  #handle: FileHandle | undefined
  #sizeBytes = 0
  #lostCount = 0
  #isClosed = false
  #tail: readonly string[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string, service: string, options: LogFileOptions = {}) {
    this.#folder = folder
    this.#service = service
    this.#options = { ...DEFAULTS, ...options }
    this.path = logFilePath(folder, service)
  }

  /** The last lines of this run, the oldest first: what a person needs to see when the service died. */
  get tail(): readonly string[] {
    return this.#tail
  }

  /** Lines that could not be written. */
  get lostCount(): number {
    return this.#lostCount
  }

  /** Forgets the tail: a new start begins. */
  beginRun(): void {
    this.#tail = []
    this.#isClosed = false
  }

  /**
   * Resolves when written, or when it is certain that it cannot be; never rejects. Whoever reads a stream waits for it,
   * and so does the writer at the other end.
   */
  write(stream: LogLine['stream'], texts: readonly string[]): Promise<void> {
    const lines = texts.flatMap((text) => text.split('\n'))
    if (lines.length === 0) return this.#writing
    if (stream !== 'sys') this.#tail = [...this.#tail, ...lines].slice(-TAIL_LINES)
    const at = this.#options.now()
    const written = lines.map((text) => `${formatLogLine({ at, stream, text })}\n`).join('')
    this.#writing = this.#writing.then(() => this.#append(written, lines.length))
    return this.#writing
  }

  /**
   * Reads a stream to its end, line by line.
   * @param divert takes a line somewhere else; undefined for a line that it does not take
   */
  async follow(
    source: AsyncIterable<Buffer>,
    stream: 'out' | 'err',
    divert: (line: string) => Promise<void> | undefined = () => undefined,
  ): Promise<void> {
    const decoder = new StringDecoder('utf8')
    let rest = ''
    const take = async (lines: readonly string[]) => {
      const routed = lines.map((line) => ({ line, elsewhere: divert(line) }))
      const own = routed.filter(({ elsewhere }) => elsewhere === undefined).map(({ line }) => line)
      await Promise.all([this.write(stream, own), ...routed.map(({ elsewhere }) => elsewhere)])
    }
    for await (const chunk of source) {
      const parts = (rest + decoder.write(chunk)).split('\n')
      rest = parts.pop() ?? ''
      if (rest.length > LONGEST_LINE) {
        parts.push(rest)
        rest = ''
      }
      await take(parts.map(withoutReturn))
    }
    rest += decoder.end()
    if (rest !== '') await take([rest])
  }

  /** Resolves when everything is written. What still comes later, from a process that let itself be left behind, is too. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#writing
    await this.#forgetHandle()
  }

  async #append(text: string, lineCount: number): Promise<void> {
    try {
      const handle = await this.#current()
      const whole = this.#lostCount === 0 ? text : this.#lostNote() + text
      // A single write may store a part and say so; this one goes on until all is written or it fails.
      await handle.appendFile(whole)
      this.#sizeBytes += Buffer.byteLength(whole)
      this.#lostCount = 0
    } catch (error) {
      // The reason is the same for every line and shows in the count; the service goes on.
      if (errorCode(error) === undefined) throw error
      this.#lostCount += lineCount
      await this.#forgetHandle()
    }
    if (this.#isClosed) await this.#forgetHandle()
  }

  /** On a line of its own: what was lost may have left half a line. */
  #lostNote(): string {
    const text = `${this.#lostCount} lines were lost: the log could not be written`
    return `\n${formatLogLine({ at: this.#options.now(), stream: 'sys', text })}\n`
  }

  async #current(): Promise<FileHandle> {
    if (this.#handle !== undefined && this.#sizeBytes < this.#options.maxBytes) return this.#handle
    if (this.#handle !== undefined) await this.#rotate()
    const handle = await open(this.path, 'a', 0o600)
    this.#handle = handle
    this.#sizeBytes = (await handle.stat()).size
    return handle
  }

  async #rotate(): Promise<void> {
    await this.#forgetHandle()
    for (let age = this.#options.keptCount; age > 0; age -= 1) {
      const [from, to] = [
        logFilePath(this.#folder, this.#service, age - 1),
        logFilePath(this.#folder, this.#service, age),
      ]
      await rename(from, to).catch((error: unknown) => {
        if (errorCode(error) !== 'ENOENT') throw error // the older ones come into being one by one
      })
    }
  }

  async #forgetHandle(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch((error: unknown) => {
      if (errorCode(error) === undefined) throw error // a disk that is full may say so only now (close(2))
    })
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
