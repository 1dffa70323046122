import type { Readable } from 'node:stream'
import type { Waiting } from '@portolan/errors'
import { type Bucket, type ObjectPage, readObject, type StoredObject, type WrittenObject } from './bucket.ts'
import type { Disposition } from './content-disposition.ts'
import { notFound, optionInvalid } from './errors.ts'
import { formatGrant, type Grant } from './grant.ts'
import { measuredContent } from './measured-content.ts'
import { parseMediaType } from './media-type.ts'
import { parseKeyPrefix, parseObjectKey } from './object-key.ts'

/** How many bytes an upload may have: exactly so many, or at most. */
export type UploadSize = number | { readonly atMost: number }

export interface UploadRequest {
  readonly key: string
  readonly contentType: string
  readonly sizeBytes: UploadSize
  readonly expiresInMs: number
  /** Refuses the upload when there is an object already, so that what was looked at cannot be swapped; false. */
  readonly isCreateOnly?: boolean
}

/** What a browser needs to upload: it sends the content by this method to this URL with these headers. */
export interface SignedUpload {
  readonly url: string
  readonly method: 'PUT'
  readonly headers: Readonly<Record<string, string>>
}

export interface DownloadRequest {
  readonly key: string
  readonly expiresInMs: number
  /** `inline` shows pictures, sound, film and plain text; anything else is saved all the same. `attachment` */
  readonly disposition?: Disposition
  /** What the saved file is called; any text. */
  readonly fileName?: string
}

export interface SignedDownload {
  readonly url: string
  readonly method: 'GET'
  readonly headers: Readonly<Record<string, string>>
}

export interface ContentOptions extends Waiting {
  readonly contentType: string
  /** What a stream has, where it is known: then another length is refused. */
  readonly sizeBytes?: number
  readonly isCreateOnly?: boolean
}

export interface PageOptions extends Waiting {
  /** `cursor` of the page before. */
  readonly cursor?: string
  /** 1–1,000; 1,000 unless said otherwise. */
  readonly limit?: number
}

export interface ReadableObject extends StoredObject {
  /** Read it to its end or destroy it. */
  readonly content: Readable
}

/**
 * The objects of a stack. Keys have the form `profiles/{userId}/avatar.webp` and are OBJECTS_KEY_INVALID otherwise.
 * Every call that waits may throw OBJECTS_STORE_UNREACHABLE, _REFUSED or _FAILED.
 */
export interface ObjectStore extends AsyncDisposable {
  /** A URL at the public origin for one upload. @throws OBJECTS_TYPE_INVALID, OBJECTS_OPTION_INVALID */
  presignUpload(request: UploadRequest): SignedUpload
  /** A URL at the public origin; whether the object exists is found out by using it. */
  presignDownload(request: DownloadRequest): SignedDownload
  /** @throws OBJECTS_NOT_FOUND, OBJECTS_CHANGED */
  read(key: string, waiting: Waiting): Promise<ReadableObject>
  /** All or nothing. @throws OBJECTS_KEY_TAKEN, OBJECTS_SIZE_MISMATCH, OBJECTS_STORE_FULL, or what the stream throws */
  write(key: string, content: Uint8Array | AsyncIterable<Uint8Array>, options: ContentOptions): Promise<WrittenObject>
  /** Also when there is no such object. */
  delete(key: string, waiting: Waiting): Promise<void>
  /** @returns undefined when there is no such object */
  stat(key: string, waiting: Waiting): Promise<StoredObject | undefined>
  /** Objects below a prefix that ends with `/`, in the order of their keys. */
  list(prefix: string, options: PageOptions): Promise<ObjectPage>
  /** For a service's readiness: throws when the store cannot be used. */
  check(waiting: Waiting): Promise<void>
}

export interface BucketStoreOptions {
  readonly bucket: Bucket
  readonly secret: string
  readonly publicOrigin: string
  readonly now: () => Date
}

export const PUBLIC_PATH = '/objects'
export const PAGE_LIMIT = 1_000
const EXPIRY_LIMIT_MS = 7 * 86_400_000

export class BucketStore implements ObjectStore {
  readonly #bucket: Bucket
  readonly #secret: string
  readonly #publicOrigin: string
  readonly #now: () => Date

  constructor({ bucket, secret, publicOrigin, now }: BucketStoreOptions) {
    this.#bucket = bucket
    this.#secret = secret
    this.#publicOrigin = publicOrigin
    this.#now = now
  }

  presignUpload({ key, contentType, sizeBytes, expiresInMs, isCreateOnly = false }: UploadRequest): SignedUpload {
    const type = parseMediaType(contentType)
    const isExact = typeof sizeBytes === 'number'
    const bytes = checked('sizeBytes', isExact ? sizeBytes : sizeBytes.atMost, { first: 0 })
    const size = isExact ? { sizeBytes: bytes } : { sizeLimitBytes: bytes }
    const grant: Grant = { purpose: 'upload', contentType: type, isCreateOnly, ...size }
    return { url: this.#sign(grant, key, expiresInMs), method: 'PUT', headers: { 'content-type': type } }
  }

  presignDownload({ key, expiresInMs, disposition = 'attachment', fileName }: DownloadRequest): SignedDownload {
    const grant: Grant = { purpose: 'download', disposition, ...(fileName === undefined ? {} : { fileName }) }
    return { url: this.#sign(grant, key, expiresInMs), method: 'GET', headers: {} }
  }

  #sign(grant: Grant, key: string, expiresInMs: number): string {
    checked('expiresInMs', expiresInMs, { first: 1, last: EXPIRY_LIMIT_MS })
    const target = { secret: this.#secret, key: parseObjectKey(key) }
    const query = formatGrant(grant, target, { expiresAt: new Date(this.#now().getTime() + expiresInMs) })
    return `${this.#publicOrigin}${PUBLIC_PATH}/${key}?${query}`
  }

  async read(key: string, { signal }: Waiting): Promise<ReadableObject> {
    const found = await readObject(this.#bucket, parseObjectKey(key), {
      read: async (opened) => ({ ...opened.stored, content: await opened.stream('whole', { signal }) }),
      signal,
    })
    if (found === undefined) throw notFound(key)
    return found
  }

  async write(
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    { contentType, sizeBytes, isCreateOnly = false, signal }: ContentOptions,
  ): Promise<WrittenObject> {
    parseObjectKey(key)
    const isBuffer = content instanceof Uint8Array
    const knownBytes = isBuffer ? content.byteLength : sizeBytes
    const size = knownBytes === undefined ? {} : { sizeBytes: checked('sizeBytes', knownBytes, { first: 0 }) }
    const source = measuredContent(isBuffer ? piecesOf(content) : content, size)
    return this.#bucket.write(key, source, { contentType: parseMediaType(contentType), isCreateOnly, signal, ...size })
  }

  async delete(key: string, { signal }: Waiting): Promise<void> {
    await this.#bucket.delete(parseObjectKey(key), { signal })
  }

  async stat(key: string, { signal }: Waiting): Promise<StoredObject | undefined> {
    return this.#bucket.find(parseObjectKey(key), { signal })
  }

  async list(prefix: string, { cursor, limit = PAGE_LIMIT, signal }: PageOptions): Promise<ObjectPage> {
    parseKeyPrefix(prefix)
    checked('limit', limit, { first: 1, last: PAGE_LIMIT })
    const after = cursor === undefined ? {} : { cursor: parseObjectKey(cursor) }
    return this.#bucket.list(prefix, { limit, signal, ...after })
  }

  async check({ signal }: Waiting): Promise<void> {
    await this.#bucket.check({ signal })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bucket[Symbol.asyncDispose]()
  }
}

interface Range {
  readonly first: number
  readonly last?: number
}

function checked(name: string, value: number, { first, last = Number.MAX_SAFE_INTEGER }: Range): number {
  if (Number.isSafeInteger(value) && value >= first && value <= last) return value
  throw optionInvalid(name, { value, expected: `a whole number from ${first} to ${last}` })
}

const PIECE_BYTES = 262_144

/** A large buffer in pieces, so that it can be cancelled on the way. */
async function* piecesOf(content: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let first = 0; first < content.byteLength; first += PIECE_BYTES) {
    yield content.subarray(first, first + PIECE_BYTES)
  }
}
