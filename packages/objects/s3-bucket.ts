import { Readable } from 'node:stream'
import * as s3 from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { Waiting } from '@portolan/errors'
import type {
  Bucket,
  ListOptions,
  ObjectPage,
  OpenedObject,
  StoredObject,
  WriteOptions,
  WrittenObject,
} from './bucket.ts'
import type { ByteRange } from './byte-range.ts'
import { objectChanged, storeFailed } from './errors.ts'
import { isAbsence, s3Failure } from './s3-failure.ts'
import type { S3Location } from './store-url.ts'

const CONNECT_TIMEOUT_MS = 5_000
const IDLE_TIMEOUT_MS = 60_000
const PART_BYTES = 8 * 1_048_576
const PART_COUNT_LIMIT = 10_000

/** Objects in a bucket of S3 or of what speaks like it. Loads the AWS SDK: import it only where it is used. */
export class S3Bucket implements Bucket {
  readonly #client: s3.S3Client
  readonly #bucket: string

  constructor({ endpoint, region, bucket, credentials }: S3Location) {
    this.#bucket = bucket
    this.#client = new s3.S3Client({
      endpoint,
      region,
      ...(credentials === undefined ? {} : { credentials }),
      forcePathStyle: true, // a bucket's own host name exists only at AWS
      responseChecksumValidation: 'WHEN_REQUIRED', // a range has no checksum of its own
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: IDLE_TIMEOUT_MS },
    })
  }

  async check({ signal }: Waiting): Promise<void> {
    try {
      await this.#client.send(new s3.HeadBucketCommand({ Bucket: this.#bucket }), { abortSignal: signal })
    } catch (cause) {
      throw s3Failure(cause, { bucket: this.#bucket, does: 'look' })
    }
  }

  async find(key: string, { signal }: Waiting): Promise<StoredObject | undefined> {
    try {
      const head = await this.#client.send(new s3.HeadObjectCommand(this.#named(key)), { abortSignal: signal })
      return {
        key,
        sizeBytes: head.ContentLength ?? 0,
        contentType: head.ContentType ?? 'application/octet-stream',
        etag: withoutQuotes(head.ETag),
        modifiedAt: head.LastModified ?? new Date(0),
      }
    } catch (cause) {
      if (isAbsence(cause)) return undefined
      throw this.#failure(cause, key, 'look')
    }
  }

  async open(key: string, { signal }: Waiting): Promise<OpenedObject | undefined> {
    const stored = await this.find(key, { signal })
    if (stored === undefined) return undefined
    const stream = (range: ByteRange | 'whole', waiting: Waiting) => this.#stream(stored, range, waiting)
    return { stored, stream, [Symbol.asyncDispose]: () => Promise.resolve() }
  }

  async #stream({ key, etag, sizeBytes }: StoredObject, range: ByteRange | 'whole', { signal }: Waiting) {
    if (sizeBytes === 0) return Readable.from([], { objectMode: false })
    const ranged = range === 'whole' ? {} : { Range: `bytes=${range.first}-${range.last}` }
    const command = new s3.GetObjectCommand({ ...this.#named(key), ...ranged, IfMatch: `"${etag}"` })
    try {
      const { Body: body } = await this.#client.send(command, { abortSignal: signal })
      if (!(body instanceof Readable)) throw storeFailed(new TypeError('S3 answered without a stream.'))
      return body
    } catch (cause) {
      // Deleted between being found and being read: found again, it is absent.
      throw isAbsence(cause) ? objectChanged(key, cause) : this.#failure(cause, key, 'read')
    }
  }

  /**
   * In parts that are whole in memory before they are sent, with a checksum each. As one stream it would need less
   * memory, and some S3 servers (versitygw 1.7.0) keep what came of a stream that broke off.
   */
  async write(key: string, content: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenObject> {
    const { contentType, sizeBytes = 0, isCreateOnly, signal } = options
    signal.throwIfAborted()
    const counted = new CountedContent(content)
    const body = Readable.from(counted, { objectMode: false })
    const condition = isCreateOnly ? { IfNoneMatch: '*' } : {}
    const params = { ...this.#named(key), Body: body, ContentType: contentType, ...condition }
    const partSize = Math.max(PART_BYTES, Math.ceil(sizeBytes / PART_COUNT_LIMIT))
    const upload = new Upload({ client: this.#client, params, partSize, queueSize: 2 })
    const stop = () => void upload.abort() // it only marks it; done() rejects, and takes back the parts that were sent
    signal.addEventListener('abort', stop, { once: true })
    try {
      const { ETag: etag } = await upload.done()
      return { sizeBytes: counted.sizeBytes, etag: withoutQuotes(etag) }
    } catch (cause) {
      signal.throwIfAborted()
      throw counted.failure === undefined ? this.#failure(cause, key, 'write') : counted.failure.cause
    } finally {
      signal.removeEventListener('abort', stop)
      body.destroy()
    }
  }

  async delete(key: string, { signal }: Waiting): Promise<void> {
    try {
      await this.#client.send(new s3.DeleteObjectCommand(this.#named(key)), { abortSignal: signal })
    } catch (cause) {
      if (!isAbsence(cause)) throw this.#failure(cause, key, 'look')
    }
  }

  async list(prefix: string, { cursor, limit, signal }: ListOptions): Promise<ObjectPage> {
    const after = cursor === undefined ? {} : { StartAfter: cursor }
    const command = new s3.ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, MaxKeys: limit, ...after })
    try {
      const { Contents: contents = [], IsTruncated: hasMore } = await this.#client.send(command, {
        abortSignal: signal,
      })
      const objects = contents.flatMap(({ Key: key, Size: sizeBytes = 0, LastModified: modifiedAt = new Date(0) }) =>
        key === undefined ? [] : [{ key, sizeBytes, modifiedAt }],
      )
      const last = objects.at(-1)
      return hasMore === true && last !== undefined ? { objects, cursor: last.key } : { objects }
    } catch (cause) {
      throw this.#failure(cause, prefix, 'look')
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy()
    return Promise.resolve()
  }

  #named(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: key }
  }

  #failure(cause: unknown, key: string, does: 'read' | 'write' | 'look'): unknown {
    return s3Failure(cause, { bucket: this.#bucket, key, does })
  }
}

/** Counts what passes, and remembers why it broke. */
class CountedContent implements AsyncIterable<Uint8Array> {
  sizeBytes = 0
  failure: { readonly cause: unknown } | undefined
  readonly #content: AsyncIterable<Uint8Array>

  constructor(content: AsyncIterable<Uint8Array>) {
    this.#content = content
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of this.#content) {
        this.sizeBytes += chunk.byteLength
        yield chunk
      }
    } catch (cause) {
      this.failure = { cause }
      throw cause
    }
  }
}

function withoutQuotes(etag: string | undefined): string {
  return (etag ?? '').replace(/^W\//, '').replaceAll('"', '')
}
