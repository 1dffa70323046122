import { afterAll, describe, expect, test } from 'vitest'
import { newKey, type ObjectsWorld, registerObjectsContract } from './objects.contract.ts'
import { openObjectStore } from './open-object-store.ts'
import { findVersityGateway, openTestObjects, openTestS3, type TestS3 } from './testing.ts'

const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })
const BUCKET = 'wealist-dev-files'
const found = await findVersityGateway({ signal: AbortSignal.timeout(600_000) })

if ('missing' in found) {
  const reason = `NOT TESTED: ${found.missing}, so objects on S3 were not tried`
  console.warn(reason)
  test(reason, ({ skip }) => skip(reason))
} else {
  const s3 = await openTestS3(found.command)
  afterAll(() => s3[Symbol.asyncDispose]())
  await s3.createBucket(BUCKET)
  registerObjectsContract('objects through the service on S3', () => openWorld(s3, 'through'))
  registerObjectsContract('objects in the bucket, beside the service', () => openWorld(s3, 'beside'))
  describe('on S3 only', () => registerS3Tests(s3))
}

async function openWorld(s3: TestS3, way: 'through' | 'beside'): Promise<ObjectsWorld> {
  await using releasers = new AsyncDisposableStack()
  const objects = releasers.use(await openTestObjects({ environment: { S3_URL: s3.bucketUrl(BUCKET) } }))
  const url = way === 'through' ? objects.url : s3.storeUrl(BUCKET)
  const store = releasers.use(await openObjectStore(url, { publicOrigin: objects.origin }, waiting()))
  const held = releasers.move()
  return { store, origin: objects.origin, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

function registerS3Tests(s3: TestS3): void {
  const publicOrigin = 'https://wealist.example.com'
  const openStore = () => openObjectStore(s3.storeUrl(BUCKET), { publicOrigin }, waiting())
  const options = () => ({ contentType: 'application/zip', ...waiting() })

  test('an object of several parts that must be new is refused where there is one', async () => {
    await using store = await openStore()
    const key = newKey()
    await store.write(key, Buffer.alloc(20_000_000, 1), { isCreateOnly: true, ...options() })
    const second = store.write(key, Buffer.alloc(10_000_000, 2), { isCreateOnly: true, ...options() })
    await expect(second).rejects.toMatchObject({ code: 'OBJECTS_KEY_TAKEN' })
    expect(await store.stat(key, waiting())).toMatchObject({ sizeBytes: 20_000_000 })
  })

  test('a stream that breaks after some parts leaves no object and no parts', async () => {
    await using store = await openStore()
    const key = newKey()
    const broken = new Error('the source broke')
    async function* pieces() {
      for (let count = 0; count < 20; count += 1) yield Buffer.alloc(1_000_000)
      throw broken
    }
    await expect(store.write(key, pieces(), options())).rejects.toBe(broken)
    expect(await store.stat(key, waiting())).toBeUndefined()
    expect(await s3.countUnfinishedUploads(BUCKET)).toBe(0)
  })

  test.for([
    ['a bucket that does not exist', () => s3.storeUrl('no-such-bucket'), 'OBJECTS_BUCKET_UNKNOWN'],
    ['a wrong secret', () => s3.storeUrl(BUCKET, 'wrong-secret'), 'OBJECTS_STORE_REFUSED'],
    ['nobody there', () => s3.storeUrl(BUCKET).replace(/:\d+\//, ':1/'), 'OBJECTS_STORE_UNREACHABLE'],
  ] as const)('%s is an error with a code that tells no secret', async ([_what, url, code]) => {
    const error: unknown = await openObjectStore(url(), { publicOrigin }, waiting()).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code })
    expect(String(error) + JSON.stringify(error)).not.toMatch(/secret/i)
  })
}
