import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { newKey, send } from './objects.contract.ts'
import { openObjectStore } from './open-object-store.ts'
import { openTestObjects } from './testing.ts'

// As a process: this package stands below the gateway and imports nothing of it.
const GATEWAY = fileURLToPath(new URL('../gateway/main.ts', import.meta.url))
const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })

async function startGateway(port: number) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-objects-'))
  const file = join(folder, 'gateway.json')
  const target = { host: '127.0.0.1', port }
  const routes = [{ path: '/objects', service: 'objects', target, websocket: false }]
  const listeners = [{ name: 'http', address: '127.0.0.1', port: 0 }]
  await writeFile(file, JSON.stringify({ stack: 'test', listeners, routes }))
  const child = fork(GATEWAY, { env: { ...process.env, PORTOLAN_GATEWAY_CONFIGURATION: file }, silent: true })
  child.stdout?.resume()
  const [message] = await once(child, 'message')
  const close = async () => {
    await kill(child)
    await rm(folder, { recursive: true })
  }
  return { origin: `http://localhost:${Object(message).addresses[0].port}`, [Symbol.asyncDispose]: close }
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

test('browsers upload and download through the gateway, at the origin that they have, and reach nothing else', async () => {
  await using objects = await openTestObjects()
  await using gateway = await startGateway(Number(new URL(objects.origin).port))
  await using store = await openObjectStore(objects.url, { publicOrigin: gateway.origin }, waiting())
  const key = newKey('file_with.everything-in_it.png')
  const content = randomBytes(3_000_000)
  const grant = { key, contentType: 'image/png', sizeBytes: content.length, expiresInMs: 60_000 }
  const signed = store.presignUpload(grant)
  expect(signed.url.startsWith(`${gateway.origin}/objects/`)).toBe(true)
  expect((await send(signed, content)).status).toBe(200)

  const { url } = store.presignDownload({ key, expiresInMs: 60_000, fileName: '지도 & "map" 100%.png' })
  const answer = await fetch(url, { headers: { range: 'bytes=1000-1999999' } })
  expect(answer.status).toBe(206)
  expect(content.subarray(1_000, 2_000_000).equals(Buffer.from(await answer.arrayBuffer()))).toBe(true)

  const refused = await send({ ...signed, url: signed.url.replace('size=3000000', 'size=4') }, 'four')
  expect(await refused.json()).toMatchObject({ code: 'OBJECTS_GRANT_INVALID', status: 403 })
  const internal = await fetch(`${gateway.origin}/objects/../internal/objects/profiles/`)
  expect(internal.status).toBe(404)
})

test('an upload of the wrong size is refused through the gateway with its reason', async () => {
  await using objects = await openTestObjects()
  await using gateway = await startGateway(Number(new URL(objects.origin).port))
  await using store = await openObjectStore(objects.url, { publicOrigin: gateway.origin }, waiting())
  const signed = store.presignUpload({ key: newKey(), contentType: 'image/png', sizeBytes: 10, expiresInMs: 60_000 })
  const answer = await send(signed, randomBytes(5_000_000))
  expect(await answer.json()).toMatchObject({ code: 'OBJECTS_SIZE_MISMATCH', status: 400 })
})
