import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ObjectsWorld, registerObjectsContract } from './objects.contract.ts'
import { openObjectStore } from './open-object-store.ts'
import { openTestObjects, TEST_SECRET } from './testing.ts'

const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })

registerObjectsContract('objects through the service on a folder', async (): Promise<ObjectsWorld> => {
  await using releasers = new AsyncDisposableStack()
  const objects = releasers.use(await openTestObjects())
  const store = await openObjectStore(objects.url, { publicOrigin: objects.origin }, waiting())
  const held = releasers.move()
  return { store, origin: objects.origin, [Symbol.asyncDispose]: () => held.disposeAsync() }
})

registerObjectsContract('objects in the folder, beside the service', async (): Promise<ObjectsWorld> => {
  await using releasers = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'portolan-objects-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const objects = releasers.use(await openTestObjects({ environment: { DATA_FOLDER: folder } }))
  const url = `disk://${folder}?key=${encodeURIComponent(TEST_SECRET)}`
  const store = await openObjectStore(url, { publicOrigin: objects.origin }, waiting())
  const held = releasers.move()
  return { store, origin: objects.origin, [Symbol.asyncDispose]: () => held.disposeAsync() }
})
