import { isAppError, type Waiting } from '@portolan/errors'
import { type App, createApp, type Logger } from '@portolan/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Bucket, type OpenedObject, readObject, type WrittenObject } from './bucket.ts'
import { contentDisposition } from './content-disposition.ts'
import { planDownload } from './download.ts'
import { notFound, OBJECTS_ERRORS, typeMismatch, uploadCutOff } from './errors.ts'
import { type GrantPurpose, parseGrant } from './grant.ts'
import { measuredContent, refuseLength } from './measured-content.ts'
import { parseKeyPrefix, parseObjectKey } from './object-key.ts'
import { drainUpload, uploadContent } from './upload-content.ts'

export interface StoreAppOptions {
  readonly name: string
  readonly logger: Logger
  readonly bucket: Bucket
  readonly secret: string
  readonly uploadIdleMs: number
  readonly now: () => Date
}

// Of an upload that is refused; whoever sends more than this is cut.
const DRAIN_LIMIT_BYTES = 67_108_864

const HEADERS = {
  // Whatever was uploaded: it is not taken for another type, runs nothing, loads nothing, and stays in this origin.
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer', // the URL is a secret while it is valid
} as const

/** Uploads and downloads by signed URL below `/objects`; deletes and lists below `/internal`, which no gateway routes. */
export function createStoreApp(options: StoreAppOptions): App {
  const { name, logger, bucket } = options
  const app = createApp({
    name,
    logger,
    catalogues: [OBJECTS_ERRORS],
    ready: { bucket: ({ signal }) => bucket.check({ signal }) },
    bodyLimitBytes: Number.MAX_SAFE_INTEGER, // each grant has its own
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => done(null, body)) // as a stream, never in memory
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(HEADERS)
    done()
  })
  app.put('/objects/*', (request, reply) => upload(options, request, reply))
  app.route({
    method: ['GET', 'HEAD'],
    url: '/objects/*',
    handler: (request, reply) => download(options, request, reply),
  })
  app.delete('/internal/objects/*', async (request, reply) => {
    grantOf(options, request, { purpose: 'delete', key: parseObjectKey(keyOf(request)) })
    await bucket.delete(keyOf(request), { signal: signalOf(reply) })
    return {}
  })
  app.get('/internal/objects/*', async (request, reply) => {
    const prefix = parseKeyPrefix(keyOf(request))
    const { limit, cursor } = grantOf(options, request, { purpose: 'list', key: prefix })
    return bucket.list(prefix, { limit, signal: signalOf(reply), ...(cursor === undefined ? {} : { cursor }) })
  })
  return app
}

async function upload(options: StoreAppOptions, request: FastifyRequest, reply: FastifyReply) {
  const idleMs = options.uploadIdleMs
  try {
    return await keep(options, request, signalOf(reply))
  } catch (error) {
    const hasBodyLeft =
      isStandstill(error) || !(await drainUpload(request.raw, { idleMs, limitBytes: DRAIN_LIMIT_BYTES }))
    if (hasBodyLeft) void reply.header('connection', 'close') // no other request could be read after it
    throw error
  }
}

async function keep(options: StoreAppOptions, request: FastifyRequest, signal: AbortSignal): Promise<WrittenObject> {
  const key = parseObjectKey(keyOf(request))
  const grant = grantOf(options, request, { purpose: 'upload', key })
  const { contentType, isCreateOnly } = grant
  if (request.headers['content-type']?.trim().toLowerCase() !== contentType) throw typeMismatch(contentType)
  const length = lengthOf(request)
  if (length.sizeBytes !== undefined) refuseLength(length.sizeBytes, grant)
  const content = measuredContent(uploadContent(request.raw, { idleMs: options.uploadIdleMs }), grant)
  return options.bucket.write(key, content, { contentType, isCreateOnly, signal, ...length })
}

function isStandstill(error: unknown): boolean {
  return isAppError(error) && ['OBJECTS_UPLOAD_STALLED', 'OBJECTS_UPLOAD_CUT_OFF'].includes(error.code)
}

/** The length that the message says of itself; a chunked one says none. */
function lengthOf({ headers }: FastifyRequest): { readonly sizeBytes?: number } {
  if (headers['content-length'] !== undefined) return { sizeBytes: Number(headers['content-length']) }
  return headers['transfer-encoding'] === undefined ? { sizeBytes: 0 } : {}
}

async function download(options: StoreAppOptions, request: FastifyRequest, reply: FastifyReply) {
  const key = parseObjectKey(keyOf(request))
  const grant = grantOf(options, request, { purpose: 'download', key })
  const signal = signalOf(reply)
  const answer = await readObject(options.bucket, key, {
    signal,
    read: (opened) => readAnswer(opened, request, { signal }),
  })
  if (answer === undefined) throw notFound(key)
  const { stored, plan, content } = answer
  void reply.code(plan.status).headers({
    etag: `"${stored.etag}"`,
    'last-modified': stored.modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache', // kept, and asked for again each time: an object may be replaced
    'content-disposition': contentDisposition({ ...grant, contentType: stored.contentType }),
  })
  if (plan.status === 304) return reply.send()
  void reply.headers({ 'content-type': stored.contentType, 'content-length': plan.lengthBytes })
  if (plan.status === 206) void reply.header('content-range', plan.contentRange)
  return reply.send(content)
}

async function readAnswer(opened: OpenedObject, { method, headers }: FastifyRequest, { signal }: Waiting) {
  const { stored } = opened
  const plan = planDownload(stored, headers)
  const isBodyWanted = plan.status !== 304 && method !== 'HEAD'
  const content = isBodyWanted ? await opened.stream(plan.range, { signal }) : undefined
  return { stored, plan, content }
}

function keyOf({ params }: FastifyRequest): string {
  return String(Object(params)['*'])
}

function grantOf<Purpose extends GrantPurpose>(
  { secret, now }: StoreAppOptions,
  { url }: FastifyRequest,
  { purpose, key }: { readonly purpose: Purpose; readonly key: string },
) {
  const [, query = ''] = /\?(.*)$/.exec(url) ?? []
  return parseGrant(purpose, new URLSearchParams(query), { secret, key, now: now() })
}

/** Fires when whoever asked has gone. */
function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const { raw } = reply
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort(uploadCutOff(new Error('The connection was closed.')))
  })
  return gone.signal
}
