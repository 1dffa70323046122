import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { AppError, Waiting } from '@portolan/errors'
import Type from 'typebox'
import { Check } from 'typebox/value'
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
import { answeredError, isObjectsErrorCode, objectChanged, storeFailed, storeRefused } from './errors.ts'
import { formatGrant, type Grant } from './grant.ts'
import { type ExchangeOptions, exchange } from './store-exchange.ts'

export interface RemoteBucketOptions {
  readonly origin: string
  readonly secret: string
  readonly now: () => Date
}

// Long enough for clocks that differ; a grant is looked at when a request begins, however long it then takes.
const GRANT_MS = 300_000
const ANSWER_LIMIT_CHARACTERS = 4_000_000

const PROBLEM = Type.Object({ code: Type.String(), detail: Type.String() })
const WRITTEN = Type.Object({ sizeBytes: Type.Integer(), etag: Type.String() })
const PAGE = Type.Object({
  objects: Type.Array(Type.Object({ key: Type.String(), sizeBytes: Type.Integer(), modifiedAt: Type.String() })),
  cursor: Type.Optional(Type.String()),
})

/** Objects that the object store service keeps, wherever it keeps them. */
export class RemoteBucket implements Bucket {
  readonly #origin: string
  readonly #secret: string
  readonly #now: () => Date

  constructor({ origin, secret, now }: RemoteBucketOptions) {
    this.#origin = origin
    this.#secret = secret
    this.#now = now
  }

  /** Asks for something, so that a wrong secret is noticed here and not at the first upload. */
  async check({ signal }: Waiting): Promise<void> {
    await this.list('profiles/', { limit: 1, signal })
  }

  async find(key: string, { signal }: Waiting): Promise<StoredObject | undefined> {
    const url = this.#url(key, { purpose: 'download', disposition: 'attachment' })
    const answer = await exchange(url, { method: 'HEAD', signal })
    answer.resume()
    if (answer.statusCode === 404) return undefined
    if (answer.statusCode !== 200) throw headFailure(answer)
    return {
      key,
      sizeBytes: Number(answer.headers['content-length'] ?? 0),
      contentType: answer.headers['content-type'] ?? 'application/octet-stream',
      etag: (answer.headers.etag ?? '').replaceAll('"', ''),
      modifiedAt: new Date(answer.headers['last-modified'] ?? 0),
    }
  }

  async open(key: string, { signal }: Waiting): Promise<OpenedObject | undefined> {
    const stored = await this.find(key, { signal })
    if (stored === undefined) return undefined
    const stream = (range: ByteRange | 'whole', waiting: Waiting) => this.#stream(stored, range, waiting)
    return { stored, stream, [Symbol.asyncDispose]: () => Promise.resolve() }
  }

  async #stream({ key, etag }: StoredObject, range: ByteRange | 'whole', { signal }: Waiting): Promise<Readable> {
    const url = this.#url(key, { purpose: 'download', disposition: 'attachment' })
    const ranged = range === 'whole' ? {} : { range: `bytes=${range.first}-${range.last}` }
    const answer = await exchange(url, { method: 'GET', headers: { 'if-match': `"${etag}"`, ...ranged }, signal })
    if (answer.statusCode === 200 || answer.statusCode === 206) return answer
    const failure = await failureOf(answer)
    // Deleted between being found and being read: looked for again, it is absent.
    throw failure.code === 'OBJECTS_NOT_FOUND' ? objectChanged(key, failure) : failure
  }

  async write(key: string, content: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenObject> {
    const { contentType, sizeBytes, isCreateOnly, signal } = options
    const size = sizeBytes === undefined ? {} : { sizeBytes }
    const url = this.#url(key, { purpose: 'upload', contentType, isCreateOnly, ...size })
    const length = sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) }
    const headers = { 'content-type': contentType, ...length }
    const value = await this.#ask(url, { method: 'PUT', headers, content, signal })
    if (!Check(WRITTEN, value)) throw storeFailed(new TypeError('The answer to an upload has another shape.'))
    return value
  }

  async delete(key: string, { signal }: Waiting): Promise<void> {
    const url = this.#url(key, { purpose: 'delete' })
    await this.#ask(url, { method: 'DELETE', signal })
  }

  async list(prefix: string, { cursor, limit, signal }: ListOptions): Promise<ObjectPage> {
    const grant: Grant = { purpose: 'list', limit, ...(cursor === undefined ? {} : { cursor }) }
    const value = await this.#ask(this.#url(prefix, grant), { method: 'GET', signal })
    if (!Check(PAGE, value)) throw storeFailed(new TypeError('The answer to a list has another shape.'))
    const objects = value.objects.map((object) => ({ ...object, modifiedAt: new Date(object.modifiedAt) }))
    return { objects, ...(value.cursor === undefined ? {} : { cursor: value.cursor }) }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve() // it keeps no connection between two requests
  }

  async #ask(url: URL, options: ExchangeOptions): Promise<unknown> {
    const answer = await exchange(url, options)
    const { statusCode: status = 500 } = answer
    if (status >= 300) throw await failureOf(answer)
    return parseJson(await textOf(answer))
  }

  /** What browsers may do is below the path that the gateway routes, everything else below `/internal/`. */
  #url(key: string, grant: Grant): URL {
    const target = { secret: this.#secret, key }
    const query = formatGrant(grant, target, { expiresAt: new Date(this.#now().getTime() + GRANT_MS) })
    const isPublic = grant.purpose === 'upload' || grant.purpose === 'download'
    return new URL(`${isPublic ? '/objects' : '/internal/objects'}/${key}?${query}`, this.#origin)
  }
}

/** An answer to HEAD has no body that would say more. */
function headFailure({ statusCode: status = 500 }: IncomingMessage): AppError {
  if (status === 403) return storeRefused('it does not accept the key')
  return storeFailed(new Error(`The object store answered ${status}.`))
}

async function failureOf(answer: IncomingMessage): Promise<AppError> {
  const problem = parseJson(await textOf(answer))
  if (!Check(PROBLEM, problem)) return storeFailed(new Error(`The object store answered ${answer.statusCode}.`))
  if (problem.code === 'OBJECTS_GRANT_INVALID') return storeRefused('it does not accept the key')
  if (problem.code === 'OBJECTS_GRANT_EXPIRED') return storeRefused('its clock is minutes away from ours')
  if (isObjectsErrorCode(problem.code)) return answeredError(problem.code, problem.detail)
  return storeFailed(new Error(`The object store answered ${answer.statusCode} "${problem.code}".`))
}

async function textOf(answer: IncomingMessage): Promise<string> {
  try {
    const said = await text(answer)
    return said.slice(0, ANSWER_LIMIT_CHARACTERS)
  } catch (cause) {
    throw storeFailed(cause)
  }
}

function parseJson(said: string): unknown {
  try {
    return JSON.parse(said)
  } catch {
    return undefined // a syntax error: what it should have been is checked next, and says so
  }
}
