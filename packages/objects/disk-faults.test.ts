import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readdir, readFile, rm, utimes } from 'node:fs/promises'
import { type ClientRequest, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { DiskBucket } from './disk-bucket.ts'
import type { ObjectStore, SignedUpload } from './object-store.ts'
import { newKey, send } from './objects.contract.ts'
import { openObjectStore } from './open-object-store.ts'
import { openTestObjects, TEST_SECRET } from './testing.ts'

const execute = promisify(execFile)
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const PNG = 'image/png'
const MEGABYTE = 1_048_576
const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(60_000) })

async function openFolder() {
  const path = await mkdtemp(join(tmpdir(), 'portolan-objects-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The service as a process of its own, as a container runs it. */
async function startProcess(folder: string) {
  const variables = { PORT: '0', OBJECTS_KEY: TEST_SECRET, DATA_FOLDER: folder, RESERVE_BYTES: '0' }
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, addresses } = JSON.parse(line)
      if (msg === 'running') resolve(addresses[0].port)
    })
    child.once('exit', () => reject(new Error('The service ended before it was up.')))
  })
  const origin = `http://127.0.0.1:${port}`
  const url = `${origin}?key=${encodeURIComponent(TEST_SECRET)}`
  const store = await openObjectStore(url, { publicOrigin: origin }, waiting())
  return { child, store, [Symbol.asyncDispose]: () => kill(child) }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

const upload = (store: ObjectStore, key: string, sizeBytes: number): SignedUpload =>
  store.presignUpload({ key, contentType: PNG, sizeBytes, expiresInMs: 60_000 })

/** An upload of which only a part is sent. */
async function beginUpload({ url }: SignedUpload, sizeBytes: number, part: Buffer): Promise<ClientRequest> {
  const asked = request(url, { method: 'PUT', headers: { 'content-type': PNG, 'content-length': sizeBytes } })
  asked.on('error', () => undefined) // it ends when the service does
  await new Promise((resolve) => asked.write(part, resolve))
  return asked
}

test('kill -9 in the middle of an upload leaves no half object, and what was there stays', async () => {
  await using folder = await openFolder()
  const key = newKey()
  const fresh = newKey()
  {
    await using service = await startProcess(folder.path)
    await service.store.write(key, Buffer.from('before'), { contentType: PNG, ...waiting() })
    const uploads = [
      await beginUpload(upload(service.store, key, MEGABYTE), MEGABYTE, Buffer.alloc(MEGABYTE / 2)),
      await beginUpload(upload(service.store, fresh, MEGABYTE), MEGABYTE, Buffer.alloc(MEGABYTE - 1)),
    ]
    const halves = join(folder.path, 'uploading')
    await expect.poll(() => readdir(halves)).toHaveLength(2)
    await kill(service.child)
    for (const asked of uploads) asked.destroy()
  }
  await using service = await startProcess(folder.path)
  expect(await buffer((await service.store.read(key, waiting())).content)).toEqual(Buffer.from('before'))
  expect(await service.store.stat(fresh, waiting())).toBeUndefined()
  expect((await service.store.list('storage/', waiting())).objects.map((object) => object.key)).toEqual([key])
})

test('what a killed upload left is removed once nobody can be writing it', async () => {
  await using folder = await openFolder()
  const bucket = new DiskBucket(folder.path)
  await bucket.prepare()
  const path = join(folder.path, 'uploading', 'left')
  await (await open(path, 'w')).close()
  const now = new Date()
  expect(await bucket.sweep(now)).toBe(0)
  await utimes(path, now, new Date(now.getTime() - 3_600_000))
  expect(await bucket.sweep(now)).toBe(1)
  expect(await readdir(join(folder.path, 'uploading'))).toEqual([])
})

test('100 MB go in and out as a stream, in flat memory', async ({ skip }) => {
  if (process.platform !== 'linux') return skip('NOT TESTED: only Linux tells how much memory a process ever had')
  await using folder = await openFolder()
  await using service = await startProcess(folder.path)
  const sizeBytes = 100 * MEGABYTE
  const piece = randomBytes(MEGABYTE)
  async function* pieces() {
    for (let count = 0; count < 100; count += 1) yield piece
  }
  await service.store.write(newKey(), piece, { contentType: PNG, ...waiting() }) // everything is loaded by now
  const before = await peakMegabytes(service.child)
  for (const key of [newKey(), newKey()]) {
    await service.store.write(key, pieces(), { contentType: PNG, sizeBytes, ...waiting() })
    let receivedBytes = 0
    for await (const received of (await service.store.read(key, waiting())).content) receivedBytes += received.length
    expect(receivedBytes).toBe(sizeBytes)
  }
  // 400 MB went through; what stays is what the collector of garbage lets lie, about 70 MB.
  expect((await peakMegabytes(service.child)) - before).toBeLessThan(110)
})

/** The most memory that a process ever had, from the kernel. */
async function peakMegabytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024
}

test('an upload that stands still is ended, answered and leaves nothing', async () => {
  await using folder = await openFolder()
  const environment = { DATA_FOLDER: folder.path, UPLOAD_IDLE_MS: '200' }
  await using objects = await openTestObjects({ environment })
  await using store = await openObjectStore(objects.url, { publicOrigin: objects.origin }, waiting())
  const key = newKey()
  const asked = await beginUpload(upload(store, key, MEGABYTE), MEGABYTE, Buffer.alloc(1_000))
  const [answer] = await once(asked, 'response')
  expect(answer.statusCode).toBe(408)
  expect(JSON.parse(String(await buffer(answer)))).toMatchObject({ code: 'OBJECTS_UPLOAD_STALLED' })
  expect(await readdir(join(folder.path, 'uploading'))).toEqual([])
  expect(await store.stat(key, waiting())).toBeUndefined()
})

test('a service that is closing waits for an upload only until its sender goes, and nothing is left', async () => {
  await using folder = await openFolder()
  const halves = join(folder.path, 'uploading')
  const objects = await openTestObjects({ environment: { DATA_FOLDER: folder.path } })
  const store = await openObjectStore(objects.url, { publicOrigin: objects.origin }, waiting())
  const asked = await beginUpload(upload(store, newKey(), MEGABYTE), MEGABYTE, Buffer.alloc(1_000))
  await expect.poll(() => readdir(halves)).toHaveLength(1)
  const closed = objects[Symbol.asyncDispose]()
  asked.destroy()
  await closed
  await expect.poll(() => readdir(halves)).toEqual([])
})

test('deletions leave no empty folders', async () => {
  await using folder = await openFolder()
  await using store = await openObjectStore(
    `disk://${folder.path}?key=${encodeURIComponent(TEST_SECRET)}`,
    { publicOrigin: 'https://wealist.example.com' },
    waiting(),
  )
  const keys = Array.from({ length: 20 }, (_, index) => `boards/1/${index % 3}/${index}`)
  await Promise.all(keys.map((key) => store.write(key, Buffer.alloc(1), { contentType: PNG, ...waiting() })))
  await Promise.all(
    keys.flatMap((key) => [
      store.delete(key, waiting()),
      store.write(`${key}-more`, Buffer.alloc(1), { contentType: PNG, ...waiting() }),
    ]),
  )
  expect((await store.list('boards/', waiting())).objects).toHaveLength(20)
  await Promise.all(keys.map((key) => store.delete(`${key}-more`, waiting())))
  expect(await readdir(join(folder.path, 'objects'))).toEqual([])
})

test('a file that somebody else changed is damaged, not served', async () => {
  await using folder = await openFolder()
  const url = `disk://${folder.path}?key=${encodeURIComponent(TEST_SECRET)}`
  await using store = await openObjectStore(url, { publicOrigin: 'https://wealist.example.com' }, waiting())
  const key = newKey()
  await store.write(key, randomBytes(5_000), { contentType: PNG, ...waiting() })
  await using file = await open(join(folder.path, 'objects', `${key}~`), 'r+')
  const { size } = await file.stat()
  await file.truncate(size - 100)
  await expect(store.stat(key, waiting())).rejects.toMatchObject({ code: 'OBJECTS_OBJECT_DAMAGED' })
})

/** A disk of its own for one folder; undefined where mounting is not permitted. */
async function mountSmallDisk(folder: string): Promise<AsyncDisposable | undefined> {
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
    return { [Symbol.asyncDispose]: async () => void (await execute('umount', ['--lazy', folder])) }
  } catch {
    return undefined // not root, or in a container without the right
  }
}

test('a full disk is a 507, before the upload where its length is known, and nothing is left', async ({ skip }) => {
  await using folder = await openFolder()
  const disk = join(folder.path, 'disk')
  await mkdir(disk)
  await using mounted = await mountSmallDisk(disk)
  if (mounted === undefined) return skip('NOT TESTED: mounting a small disk is not permitted here')
  await using objects = await openTestObjects({ environment: { DATA_FOLDER: disk } })
  await using store = await openObjectStore(objects.url, { publicOrigin: objects.origin }, waiting())
  const key = newKey()
  const answer = await send(upload(store, key, 4 * MEGABYTE), Buffer.alloc(4 * MEGABYTE))
  expect(answer.status).toBe(507)
  expect(await answer.json()).toMatchObject({ code: 'OBJECTS_STORE_FULL' })
  async function* pieces() {
    for (let count = 0; count < 64; count += 1) yield Buffer.alloc(65_536)
  }
  const unknown = store.write(key, pieces(), { contentType: PNG, ...waiting() })
  await expect(unknown).rejects.toMatchObject({ code: 'OBJECTS_STORE_FULL' })
  expect(await readdir(join(disk, 'uploading'))).toEqual([])
  expect(await store.stat(key, waiting())).toBeUndefined()
  await store.write(key, Buffer.alloc(65_536), { contentType: PNG, ...waiting() })
  expect(await store.stat(key, waiting())).toMatchObject({ sizeBytes: 65_536 })
})

test('space that is kept for others is not taken', async () => {
  await using objects = await openTestObjects({ environment: { RESERVE_BYTES: '999999999999999' } })
  await using store = await openObjectStore(objects.url, { publicOrigin: objects.origin }, waiting())
  const writing = store.write(newKey(), Buffer.alloc(1), { contentType: PNG, ...waiting() })
  await expect(writing).rejects.toMatchObject({ code: 'OBJECTS_STORE_FULL' })
})

test('a store with another key, or none, is an error with a code that tells no secret', async () => {
  await using objects = await openTestObjects()
  const options = { publicOrigin: 'https://wealist.example.com' }
  const wrong = 'wrong'.repeat(10)
  const refused: unknown = await openObjectStore(`${objects.origin}?key=${wrong}`, options, waiting()).catch(
    (cause: unknown) => cause,
  )
  expect(refused).toMatchObject({ code: 'OBJECTS_STORE_REFUSED' })
  expect(String(refused) + JSON.stringify(refused)).not.toContain(wrong)
  const nobody = openObjectStore(`http://127.0.0.1:1?key=${wrong}`, options, waiting())
  await expect(nobody).rejects.toMatchObject({ code: 'OBJECTS_STORE_UNREACHABLE' })
})
