import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataFolderOf, prepareDataFolder, readJson, writeAtomically } from './data-folder.ts'
import { readRunState } from './run-state.ts'
import { RunStateFile } from './run-state-file.ts'
import { openSecrets } from './secrets.ts'

const COPY = { environment: 'development', shift: 0 } as const
const canMount = mountsAreAllowed()
if (!canMount) process.stderr.write('Full disks are not tested: this user may not mount a file system to fill.\n')

test('each environment and each shift has a folder, a mark and a socket of its own', () => {
  const copies = [COPY, { ...COPY, shift: 100 }, { environment: 'staging', shift: 0 }]
  const folders = copies.map((copy) => dataFolderOf('/stacks/one', copy))
  for (const key of ['root', 'mark', 'controlSocket', 'lockFile'] as const)
    expect(new Set(folders.map((folder) => folder[key])).size).toBe(3)
})

test('the socket has a short path, however long the folder is', () => {
  const { controlSocket } = dataFolderOf(`/${'보드 '.repeat(100)}`, COPY)
  expect(Buffer.byteLength(controlSocket)).toBeLessThan(108)
})

test('it is kept out of version control and of backups, and may be prepared again', async () => {
  await using place = await openPlace()
  await prepareDataFolder(place.data)
  await prepareDataFolder(place.data)
  expect((await readdir(place.data.root)).toSorted()).toEqual(['.gitignore', 'CACHEDIR.TAG', 'logs'])
  expect(await readFile(join(place.data.root, '.gitignore'), 'utf8')).toBe('*\n')
})

test('only its owner may enter it, also when an older one was open', async () => {
  await using place = await openPlace()
  const mode = async () => (await stat(place.data.root)).mode & 0o777
  await prepareDataFolder(place.data)
  expect(await mode()).toBe(0o700)
  await chmod(place.data.root, 0o755)
  await prepareDataFolder(place.data)
  expect(await mode()).toBe(0o700)
})

test('a file in its place is said to be one', async () => {
  await using place = await openPlace()
  await writeFile(join(place.folder, '.portolan'), 'a file')
  await expect(prepareDataFolder(place.data)).rejects.toMatchObject({ code: 'SUPERVISE_DATA_FOLDER_UNUSABLE' })
})

test.skipIf(process.getuid?.() === 0)('a folder that this user may not write to is said to be one', async () => {
  await using place = await openPlace()
  await chmod(place.folder, 0o500)
  await expect(prepareDataFolder(place.data)).rejects.toMatchObject({
    code: 'SUPERVISE_DATA_FOLDER_UNUSABLE',
    message: expect.stringContaining('this user may not write there'),
  })
})

test.skipIf(!canMount)('a read-only file system is said to be one', async () => {
  await using place = await openPlace()
  await using _ = mount(place.folder, 'ro,size=64k')
  await expect(prepareDataFolder(place.data)).rejects.toMatchObject({
    code: 'SUPERVISE_DATA_FOLDER_UNUSABLE',
    message: expect.stringContaining('it is on a read-only file system'),
  })
})

test.skipIf(!canMount)(
  'a full disk is said to be one, before anything is started, and nothing is left half',
  async () => {
    await using place = await openPlace()
    await using _ = mount(place.folder, 'size=16k')
    await mkdir(place.data.root, { recursive: true })
    await writeFile(place.data.secretsFile, '{"postgres/board_user":"kept"}')
    await writeFile(join(place.folder, 'filler'), Buffer.alloc(16_000)).catch(() => undefined)
    await expect(prepareDataFolder(place.data)).rejects.toMatchObject({
      code: 'SUPERVISE_DATA_FOLDER_UNUSABLE',
      message: expect.stringContaining('the disk is full'),
    })
    const secrets = await openSecrets(place.data)
    secrets.get('another')
    await expect(secrets.save()).rejects.toMatchObject({ code: 'ENOSPC' })
    expect((await readdir(place.data.root)).filter((name) => name.endsWith('.new'))).toEqual([])
    expect((await openSecrets(place.data)).get('postgres/board_user')).toBe('kept')
  },
)

test.skipIf(!canMount)('a state that cannot be written is noted once, and written when there is room', async () => {
  await using place = await openPlace()
  await using _ = mount(place.folder, 'size=64k')
  await prepareDataFolder(place.data)
  await writeFile(join(place.folder, 'filler'), Buffer.alloc(64_000)).catch(() => undefined)
  const notes: string[] = []
  const file = new RunStateFile(
    place.data,
    () => emptyState(),
    (note) => notes.push(note),
  )
  for (let count = 0; count < 3; count += 1) {
    file.save()
    await expect.poll(() => notes.length).toBe(1)
  }
  await rm(join(place.folder, 'filler'))
  await file.close()
  expect(await readRunState(place.data)).toMatchObject({ status: { stack: 'one' } })
  expect(notes).toHaveLength(1)
})

test('after its close the state is not written any more', async () => {
  await using place = await openPlace()
  await prepareDataFolder(place.data)
  const file = new RunStateFile(
    place.data,
    () => emptyState(),
    () => undefined,
  )
  file.save()
  await file.close()
  await rm(place.data.stateFile)
  file.save()
  await file.close()
  expect(await readRunState(place.data)).toBeUndefined()
})

test('garbage in the state or in the secrets counts as nothing known', async () => {
  await using place = await openPlace()
  await prepareDataFolder(place.data)
  for (const garbage of ['', '{"supervisor":{"pid"', 'null', '[1,2]', '{"processes":"all"}', '\u0000\u0001']) {
    await writeFile(place.data.stateFile, garbage)
    await writeFile(place.data.secretsFile, garbage)
    expect(await readRunState(place.data)).toBeUndefined()
    expect((await openSecrets(place.data)).get('board')).toMatch(/^[\w-]{32}$/)
  }
})

test('secrets stay what they are, and only their owner may read them', async () => {
  await using place = await openPlace()
  await prepareDataFolder(place.data)
  const first = await openSecrets(place.data)
  const made = [first.get('board'), first.get('user')]
  await first.save()
  expect((await stat(place.data.secretsFile)).mode & 0o777).toBe(0o600)
  const second = await openSecrets(place.data)
  expect([second.get('board'), second.get('user')]).toEqual(made)
  expect(second.get('chat')).not.toBe(made[0])
  await second.save()
  const third = await openSecrets(place.data)
  expect([third.get('board'), third.get('chat')]).toEqual([made[0], second.get('chat')])
})

test('a reader sees the old text or the new one, never half of it', async () => {
  await using place = await openPlace()
  const file = join(place.folder, 'state.json')
  const texts = [1, 2].map((number) => JSON.stringify({ number, filler: 'x'.repeat(100_000) }))
  await writeAtomically(file, texts[0] ?? '')
  const writing = (async () => {
    for (let count = 0; count < 30; count += 1) await writeAtomically(file, texts[count % 2] ?? '')
    return 'over'
  })()
  const seen = new Set<unknown>()
  while ((await Promise.race([writing, Promise.resolve('under way')])) !== 'over')
    seen.add(typeof (await readJson(file)))
  expect([...seen]).toEqual(['object'])
})

function emptyState() {
  const status = { stack: 'one', environment: 'development', services: [] }
  return { supervisor: undefined, startedAt: new Date(0).toISOString(), controlSocket: '', processes: [], status }
}

async function openPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-data-'))
  return {
    folder,
    data: dataFolderOf(folder, COPY),
    async [Symbol.asyncDispose]() {
      await chmod(folder, 0o700)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function mount(folder: string, options: string) {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  return {
    [Symbol.asyncDispose]: () => {
      execFileSync('umount', [folder])
      return Promise.resolve()
    },
  }
}

/** Only root may mount, and not in every container; elsewhere full disks are not tested. */
function mountsAreAllowed(): boolean {
  if (process.getuid?.() !== 0) return false
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return true
  } catch {
    return false // and so skipped
  } finally {
    execFileSync('rmdir', [folder])
  }
}
