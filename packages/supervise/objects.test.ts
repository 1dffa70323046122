import { text } from 'node:stream/consumers'
import { openObjectStore } from '@portolan/objects'
import { expect, test } from 'vitest'
import { openStackWorld, SERVER, type StackWorld } from './testing.ts'

const YAML = `
services:
  web: { ${SERVER}, ports: { http: <web> }, needs: { objects: { prefix: storage/ } } }
  objects: { run: { embedded: objects }, ports: { http: <objects> }, health: /health }
`
const LIMIT = () => ({ signal: AbortSignal.timeout(20_000) })

test('an embedded object store keeps what a service puts there, over a restart', async () => {
  await using world = await openStackWorld(YAML)
  const first = await world.start()
  const url = await storeUrlOf(world)
  expect(url).toMatch(new RegExp(`^http://127.0.0.1:${world.port('objects')}\\?key=[\\w-]{32,}$`))
  {
    await using store = await openObjectStore(url, { publicOrigin: 'http://localhost' }, LIMIT())
    await store.write('storage/harbour/a.txt', Buffer.from('kept'), { ...LIMIT(), contentType: 'text/plain' })
  }
  await first.close(LIMIT())

  await world.start()
  expect(await storeUrlOf(world)).toBe(url)
  await using store = await openObjectStore(url, { publicOrigin: 'http://localhost' }, LIMIT())
  const { content } = await store.read('storage/harbour/a.txt', LIMIT())
  expect(await text(content)).toBe('kept')
})

/** What the service that needs it was told. */
async function storeUrlOf(world: StackWorld): Promise<string> {
  const environment: Readonly<Record<string, string>> = JSON.parse((await world.ask('web', '/environment')) ?? '{}')
  return environment.OBJECTS_URL ?? ''
}
