import { type FSWatcher, watch } from 'node:fs'
import type { Waiting } from '@portolan/errors'
import { pause } from '@portolan/observe'
import { LogCursor } from './log-cursor.ts'
import type { LogLine } from './log-line.ts'
import { settledOrFired } from './process-group.ts'

export interface ReadLogsOptions {
  readonly services: readonly string[]
  /** Older lines are left out. */
  readonly since?: Date
  /** At most so many of the last lines of all services together, before anything that follows. */
  readonly lastCount?: number
}

/** File events can get lost (network folders, full queues): look at least so often. */
const LOOK_MS = 500

/** What stands in the logs, in the order of time. */
export async function readLogs(folder: string, options: ReadLogsOptions): Promise<readonly LogLine[]> {
  await using owned = new AsyncDisposableStack()
  const cursors = options.services.map((service) => owned.use(new LogCursor(folder, service)))
  return await pastOf(cursors, options)
}

/** First what stands in the logs, then every line as it comes, once each, until the signal fires. */
export async function* followLogs(
  folder: string,
  options: ReadLogsOptions,
  { signal }: Waiting,
): AsyncGenerator<LogLine, void, undefined> {
  await using owned = new AsyncDisposableStack()
  const cursors = options.services.map((service) => owned.use(new LogCursor(folder, service)))
  using changes = new FolderChanges(folder)
  yield* await pastOf(cursors, options)
  while (!signal.aborted) {
    const lines = await Promise.all(cursors.map((cursor) => cursor.read()))
    if (lines.some((some) => some.length > 0)) yield* inTime(lines.flat())
    else await changes.next({ signal })
  }
}

async function pastOf(cursors: readonly LogCursor[], options: ReadLogsOptions): Promise<readonly LogLine[]> {
  const parts: (readonly LogLine[])[] = []
  for (const cursor of cursors) parts.push(await cursor.readPast(options))
  const sorted = inTime(parts.flat())
  return options.lastCount === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - options.lastCount))
}

/** Stable: lines of one service stay in their own order where times are equal. */
function inTime(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.toSorted((a, b) => a.at.getTime() - b.at.getTime())
}

/** Wakes whoever waits when something in the folder changes, or after a while. */
class FolderChanges implements Disposable {
  #watcher: FSWatcher | undefined
  #change = Promise.withResolvers<void>()

  constructor(folder: string) {
    try {
      this.#watcher = watch(folder, () => this.#change.resolve())
      this.#watcher.on('error', () => this[Symbol.dispose]())
    } catch {
      // No watches left (inotify(7), max_user_watches), or no folder yet: looking from time to time does as well.
      this.#watcher = undefined
    }
  }

  /** Resolves at once where something has changed since the last call. */
  async next({ signal }: Waiting): Promise<void> {
    const over = new AbortController()
    const waiting = AbortSignal.any([signal, over.signal])
    await settledOrFired(Promise.race([this.#change.promise, pause(LOOK_MS, { signal: waiting })]), { signal })
    over.abort()
    this.#change = Promise.withResolvers<void>()
  }

  [Symbol.dispose](): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }
}
