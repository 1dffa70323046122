import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { errorCode, type Waiting } from '@portolan/errors'
import type {
  Bucket,
  ListedObject,
  ListOptions,
  ObjectPage,
  StoredObject,
  WriteOptions,
  WrittenObject,
} from './bucket.ts'
import { DiskObject } from './disk-object.ts'
import { folderFailure, storeFull } from './errors.ts'
import { formatFooter, readFooter } from './object-file.ts'
import { objectPath, placeFile, removeFile, walkKeys } from './object-folder.ts'

export interface DiskBucketOptions {
  /** Kept free on the disk: objects never take the last space from whatever else is there. */
  readonly reserveBytes?: number
}

const DEFAULTS = { reserveBytes: 0 } as const satisfies DiskBucketOptions

// An upload that no byte was written to for this long belongs to nobody: whoever wrote it was killed.
const ABANDONED_AFTER_MS = 600_000

/**
 * Objects in a folder: `objects/` holds what is there, `uploading/` what is not yet. Several processes may share it.
 */
export class DiskBucket implements Bucket {
  readonly #objects: string
  readonly #uploading: string
  readonly #reserveBytes: number

  constructor(folder: string, options: DiskBucketOptions = {}) {
    this.#objects = join(resolve(folder), 'objects')
    this.#uploading = join(resolve(folder), 'uploading')
    this.#reserveBytes = { ...DEFAULTS, ...options }.reserveBytes
  }

  /** @throws OBJECTS_FOLDER_UNUSABLE */
  async prepare(): Promise<void> {
    await saidByDisk(async () => {
      await mkdir(this.#objects, { recursive: true, mode: 0o700 })
      await mkdir(this.#uploading, { recursive: true, mode: 0o700 })
    })
  }

  /** Removes what killed processes left half written. @returns how many files */
  async sweep(now: Date): Promise<number> {
    let sweptCount = 0
    for (const name of await readdir(this.#uploading)) {
      const path = join(this.#uploading, name)
      const modifiedAtMs = await stat(path).then(({ mtimeMs }) => mtimeMs, absent)
      if (modifiedAtMs === undefined || now.getTime() - modifiedAtMs < ABANDONED_AFTER_MS) continue
      await rm(path, { force: true })
      sweptCount += 1
    }
    return sweptCount
  }

  async check({ signal }: Waiting): Promise<void> {
    signal.throwIfAborted()
    await saidByDisk(async () => {
      await readdir(this.#uploading)
      await stat(this.#objects)
    })
  }

  async find(key: string, { signal }: Waiting): Promise<StoredObject | undefined> {
    await using opened = await this.open(key, { signal })
    return opened?.stored
  }

  async open(key: string, { signal }: Waiting): Promise<DiskObject | undefined> {
    signal.throwIfAborted()
    return saidByDisk(async () => {
      const file = await open(objectPath(this.#objects, key), 'r').catch(absent)
      if (file === undefined) return undefined
      await using releasers = new AsyncDisposableStack()
      releasers.use(file)
      const stored = { key, ...(await readFooter(file, key)) }
      releasers.move() // from here the opened object owns the file
      return new DiskObject(stored, file)
    })
  }

  async write(key: string, content: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenObject> {
    options.signal.throwIfAborted()
    return saidByDisk(async () => {
      await this.#refuseWithoutSpace(options.sizeBytes ?? 0)
      const path = join(this.#uploading, randomUUID())
      await using releasers = new AsyncDisposableStack()
      releasers.defer(() => rm(path, { force: true })) // after a rename there is nothing of that name
      const written = await this.#writeFile(path, content, options)
      options.signal.throwIfAborted()
      await placeFile(this.#objects, path, { key, isCreateOnly: options.isCreateOnly })
      return written
    })
  }

  async #writeFile(path: string, content: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenObject> {
    await using file = await open(path, 'wx', 0o600)
    const written = await copyTo(file, content, options)
    await file.writeFile(formatFooter({ ...written, contentType: options.contentType }))
    await file.sync()
    return written
  }

  async #refuseWithoutSpace(sizeBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#uploading)
    if (bavail * bsize < sizeBytes + this.#reserveBytes) throw storeFull()
  }

  async delete(key: string, { signal }: Waiting): Promise<void> {
    signal.throwIfAborted()
    await saidByDisk(() => removeFile(this.#objects, key))
  }

  async list(prefix: string, { cursor, limit, signal }: ListOptions): Promise<ObjectPage> {
    const objects: ListedObject[] = []
    return saidByDisk(async () => {
      for await (const key of walkKeys(this.#objects, { prefix, ...(cursor === undefined ? {} : { cursor }) })) {
        const last = objects.at(-1)
        if (objects.length === limit && last !== undefined) return { objects, cursor: last.key }
        const found = await this.find(key, { signal })
        if (found === undefined) continue // deleted meanwhile
        objects.push({ key, sizeBytes: found.sizeBytes, modifiedAt: found.modifiedAt })
      }
      return { objects }
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve() // it holds nothing between two calls
  }
}

/** @returns size and SHA-256 of what was written; the latter is the etag, so that equal content has an equal one */
async function copyTo(
  file: FileHandle,
  content: AsyncIterable<Uint8Array>,
  { signal }: Waiting,
): Promise<WrittenObject> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of content) {
    signal.throwIfAborted()
    hash.update(chunk)
    await file.writeFile(chunk)
    sizeBytes += chunk.byteLength
  }
  return { sizeBytes, etag: hash.digest('hex').slice(0, 32) }
}

async function saidByDisk<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    throw folderFailure(cause)
  }
}

function absent(cause: unknown): undefined {
  const code = errorCode(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
  throw cause
}
