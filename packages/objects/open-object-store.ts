import type { Waiting } from '@portolan/errors'
import type { Bucket } from './bucket.ts'
import { DiskBucket } from './disk-bucket.ts'
import { optionInvalid } from './errors.ts'
import { BucketStore, type ObjectStore } from './object-store.ts'
import { RemoteBucket } from './remote-bucket.ts'
import { parseStoreUrl, type S3Location, type StoreLocation } from './store-url.ts'

export interface ObjectStoreOptions {
  /** Where browsers reach the stack, such as `https://wealist.example.com`: signed URLs begin with it. */
  readonly publicOrigin: string
  /** The clock that expiry is counted by. */
  readonly now?: () => Date
}

const DEFAULTS = { now: () => new Date() } as const satisfies Partial<ObjectStoreOptions>

/**
 * Opens the objects of a stack by URL: `http://host:9000?key=SECRET`, the object store service; `disk:///folder?key=SECRET`,
 * its folder, without the service in between; or `s3://ID:SECRET@host:port/bucket?region=…&tls=0&key=SECRET`, its
 * bucket. `key` is the service's OBJECTS_KEY: whichever way a service takes, browsers go to `/objects` of the origin.
 * @throws OBJECTS_URL_INVALID, OBJECTS_OPTION_INVALID, OBJECTS_STORE_UNREACHABLE, OBJECTS_STORE_REFUSED,
 *   OBJECTS_BUCKET_UNKNOWN, OBJECTS_FOLDER_UNUSABLE: the store has to answer
 */
export async function openObjectStore(
  url: string,
  options: ObjectStoreOptions,
  { signal }: Waiting,
): Promise<ObjectStore> {
  signal.throwIfAborted()
  const { publicOrigin, now } = { ...DEFAULTS, ...options }
  const location = parseStoreUrl(url)
  const origin = parseOrigin(publicOrigin)
  await using releasers = new AsyncDisposableStack()
  const bucket = releasers.use(await bucketOf(location, now))
  await bucket.check({ signal })
  releasers.move() // from here the store owns the bucket
  return new BucketStore({ bucket, secret: location.secret, publicOrigin: origin, now })
}

async function bucketOf(location: StoreLocation, now: () => Date): Promise<Bucket> {
  switch (location.kind) {
    case 'service':
      return new RemoteBucket({ origin: location.origin, secret: location.secret, now })
    case 'disk': {
      const bucket = new DiskBucket(location.folder)
      await bucket.prepare()
      return bucket
    }
    case 's3':
      return openS3Bucket(location.s3)
  }
}

/** The AWS SDK takes tens of megabytes: it is loaded only here. */
export async function openS3Bucket(location: S3Location): Promise<Bucket> {
  const { S3Bucket } = await import('./s3-bucket.ts')
  return new S3Bucket(location)
}

function parseOrigin(text: string): string {
  const url = URL.parse(text)
  const expected = 'an origin such as "https://wealist.example.com", without a path'
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw optionInvalid('publicOrigin', { value: text, expected })
  }
  return url.origin
}
