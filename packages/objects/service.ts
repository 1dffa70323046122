import { defineService, LISTEN_ENVIRONMENT, type Logger, listen } from '@portolan/service'
import Type from 'typebox'
import type { Bucket } from './bucket.ts'
import { DiskBucket } from './disk-bucket.ts'
import { optionInvalid } from './errors.ts'
import { openS3Bucket } from './open-object-store.ts'
import { createStoreApp } from './store-app.ts'
import { parseS3Url, SECRET_LEAST_CHARACTERS } from './store-url.ts'

const SWEEP_EVERY_MS = 600_000

/** Where objects are kept: in a folder, or in a bucket of S3, for which this service is then the way in. */
const environment = Type.Object({
  ...LISTEN_ENVIRONMENT,
  /** The secret that URLs are signed by; whoever makes them knows it too. */
  OBJECTS_KEY: Type.String({ minLength: SECRET_LEAST_CHARACTERS }),
  DATA_FOLDER: Type.Optional(Type.String({ minLength: 1 })),
  S3_URL: Type.Optional(Type.String({ minLength: 1 })),
  /** Kept free on the disk for whatever else is there. */
  RESERVE_BYTES: Type.Integer({ minimum: 0, default: 67_108_864 }),
  /** Less than what makes a half written upload count as abandoned. */
  UPLOAD_IDLE_MS: Type.Integer({ minimum: 1, maximum: 300_000, default: 60_000 }),
})

export const service = defineService({
  name: 'objects',
  environment,
  async start({ name, environment, logger, signal }) {
    const { HOST, PORT, OBJECTS_KEY: secret, UPLOAD_IDLE_MS: uploadIdleMs } = environment
    await using releasers = new AsyncDisposableStack()
    const bucket = releasers.use(await openBucket(environment, logger, releasers))
    await bucket.check({ signal })
    const app = createStoreApp({ name, logger, bucket, secret, uploadIdleMs, now: () => new Date() })
    const running = await listen(app, { address: HOST, port: PORT }, { signal })
    const held = releasers.move() // from here the running service owns the bucket
    return {
      addresses: running.addresses ?? [],
      async close(waiting) {
        try {
          await running.close(waiting)
        } finally {
          await held.disposeAsync() // after the requests that use it
        }
      },
    }
  },
})

interface Place {
  readonly DATA_FOLDER?: string
  readonly S3_URL?: string
  readonly RESERVE_BYTES: number
}

async function openBucket(place: Place, logger: Logger, releasers: AsyncDisposableStack): Promise<Bucket> {
  const { DATA_FOLDER: folder, S3_URL: url, RESERVE_BYTES: reserveBytes } = place
  if (url !== undefined) return openS3Bucket(parseS3Url(url)) // whoever runs it may give every service a folder
  if (folder === undefined) {
    throw optionInvalid('DATA_FOLDER', { value: null, expected: 'a folder, or S3_URL in its place' })
  }
  const bucket = new DiskBucket(folder, { reserveBytes })
  await bucket.prepare()
  const sweep = async () => {
    const sweptCount = await bucket.sweep(new Date())
    if (sweptCount > 0) logger.info({ sweptCount }, 'removed what killed uploads had left')
  }
  await sweep()
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => logger.warn({ err: error }, 'could not remove what killed uploads had left'))
  }, SWEEP_EVERY_MS)
  releasers.defer(() => clearInterval(timer))
  return bucket
}
