import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { OpenedObject, StoredObject } from './bucket.ts'
import type { ByteRange } from './byte-range.ts'

/** An open file: what is read of it stays the same when its key is overwritten or deleted meanwhile. */
export class DiskObject implements OpenedObject {
  readonly stored: StoredObject
  #file: FileHandle | undefined

  constructor(stored: StoredObject, file: FileHandle) {
    this.stored = stored
    this.#file = file
  }

  async stream(range: ByteRange | 'whole'): Promise<Readable> {
    const { first, last } = range === 'whole' ? { first: 0, last: this.stored.sizeBytes - 1 } : range
    const file = this.#file
    if (file === undefined || last < first) return Readable.from([], { objectMode: false })
    this.#file = undefined // the stream closes it
    return file.createReadStream({ start: first, end: last, highWaterMark: 262_144 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }
}
