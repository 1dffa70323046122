import type { Readable } from 'node:stream'
import type { Waiting } from '@portolan/errors'
import type { ByteRange } from './byte-range.ts'
import { objectChanged } from './errors.ts'

export interface StoredObject {
  readonly key: string
  readonly sizeBytes: number
  readonly contentType: string
  /** Changes with the content; without quotes. */
  readonly etag: string
  readonly modifiedAt: Date
}

export interface ListedObject {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedAt: Date
}

export interface ObjectPage {
  /** In the order of their keys' characters. */
  readonly objects: readonly ListedObject[]
  /** Where the next page begins; absent on the last one. */
  readonly cursor?: string
}

export interface WrittenObject {
  readonly sizeBytes: number
  readonly etag: string
}

export interface WriteOptions extends Waiting {
  readonly contentType: string
  /** Checked by whoever hands in the content; lets a store see beforehand whether it has the space. */
  readonly sizeBytes?: number
  readonly isCreateOnly: boolean
}

export interface ListOptions extends Waiting {
  /** The last key of the page before. */
  readonly cursor?: string
  readonly limit: number
}

/** An object that was found. Disposing lets go of it, unless its stream was taken: that then owns it. */
export interface OpenedObject extends AsyncDisposable {
  readonly stored: StoredObject
  /** @throws OBJECTS_CHANGED when the object is another one by now */
  stream(range: ByteRange | 'whole', waiting: Waiting): Promise<Readable>
}

/** Where objects are: a folder, S3, or the object store service. Keys have been checked by then. */
export interface Bucket extends AsyncDisposable {
  find(key: string, waiting: Waiting): Promise<StoredObject | undefined>
  open(key: string, waiting: Waiting): Promise<OpenedObject | undefined>
  /** All or nothing: whoever reads sees the object of before or this one, whole. */
  write(key: string, content: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenObject>
  /** No object of that key: the same outcome. */
  delete(key: string, waiting: Waiting): Promise<void>
  list(prefix: string, options: ListOptions): Promise<ObjectPage>
  /** Throws when the bucket cannot be used. */
  check(waiting: Waiting): Promise<void>
}

const READ_ATTEMPTS = 5

/** Runs `read` on an object; again when the object was replaced between being found and being read. */
export async function readObject<Result>(
  bucket: Bucket,
  key: string,
  { read, signal }: Waiting & { readonly read: (opened: OpenedObject) => Promise<Result> },
): Promise<Result | undefined> {
  let cause: unknown
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt += 1) {
    await using opened = await bucket.open(key, { signal })
    if (opened === undefined) return undefined
    try {
      return await read(opened)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'OBJECTS_CHANGED')) throw error
      cause = error
    }
  }
  throw objectChanged(key, cause)
}
