import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { acquireFolderLock } from './folder-lock.ts'

const FOLDER_LOCK = fileURLToPath(new URL('folder-lock.ts', import.meta.url))

test('another process cannot take it until it is released', async () => {
  await using place = await openPlace()
  const lock = acquireFolderLock(place.file)
  expect(lock).toBeDefined()
  expect(await place.attempt()).toBe('held by another')
  lock?.release()
  lock?.release() // idempotent
  expect(await place.attempt()).toBe('taken')
})

test('within one process it is exclusive as well, and trying does not release it', async () => {
  await using place = await openPlace()
  using lock = acquireFolderLock(place.file)
  expect(lock).toBeDefined()
  expect(acquireFolderLock(place.file)).toBeUndefined()
  expect(await place.attempt()).toBe('held by another')
})

test('kill -9 of the holder releases it', async () => {
  await using place = await openPlace()
  const holder = await place.hold()
  expect(acquireFolderLock(place.file)).toBeUndefined()
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  // The last of its threads may let go of the file a moment after the exit is told.
  using lock = await vi.waitUntil(() => acquireFolderLock(place.file), { timeout: 5_000, interval: 5 })
  expect(lock).toBeDefined()
})

test('a holder that has forgotten its lock holds it all the same', async () => {
  await using place = await openPlace()
  await place.hold()
  expect(acquireFolderLock(place.file)).toBeUndefined()
})

test('a folder that is missing and a file that is no lock are named', async () => {
  await using place = await openPlace()
  const unusable = expect.objectContaining({ code: 'SUPERVISE_DATA_FOLDER_UNUSABLE' })
  expect(() => acquireFolderLock(join(place.folder, 'missing', 'lock'))).toThrow(unusable)
  await writeFile(place.file, 'this is no lock file at all\n'.repeat(100))
  expect(() => acquireFolderLock(place.file)).toThrow(unusable)
})

async function openPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-lock-'))
  const file = join(folder, 'lock')
  const children: ChildProcess[] = []
  const run = async (rest: string) => {
    const code = `
      import { acquireFolderLock } from ${JSON.stringify(FOLDER_LOCK)}
      const isTaken = acquireFolderLock(${JSON.stringify(file)}) !== undefined
      await new Promise(setImmediate)
      globalThis.gc() // nothing refers to the lock any more
      console.log(isTaken ? 'taken' : 'held by another')
      ${rest}`
    const args = ['--expose-gc', '--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', code]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const [said] = await once(child.stdout, 'data')
    return { child, said: String(said).trim() }
  }
  return {
    folder,
    file,
    attempt: async () => (await run('')).said,
    hold: async () => (await run('setInterval(() => undefined, 1e6)')).child,
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
