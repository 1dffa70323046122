import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GuestWriter, listEntryIds } from './guest-writer.ts'
import { openSmallDisk, type SmallDisk } from './small-disk.ts'
import { openExampleCopy, type StackCopy } from './stack-copy.ts'

const TIMEOUT_MS = 120_000
const canMount = await tryMount()
const reason = canMount ? '' : ' (SKIPPED: a full disk needs the right to mount a tmpfs, which root has)'
const diskTest = test.skipIf(!canMount)

async function tryMount(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-disk-'))
  const disk = await openSmallDisk(folder, 1)
  await disk?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
  return disk !== undefined
}

/** The disk goes before the copy's folder is removed, and after its stack was stopped. */
async function openDiskBelow(copy: StackCopy, sizeMegabytes: number): Promise<SmallDisk> {
  const disk = await openSmallDisk(join(copy.folder, '.portolan'), sizeMegabytes)
  if (disk === undefined) throw new Error('Mounting worked a moment ago.')
  copy.beforeRemoval(() => disk[Symbol.asyncDispose]())
  return disk
}

diskTest(
  `a disk that is full from the beginning fails the start, and nothing is left${reason}`,
  { timeout: TIMEOUT_MS },
  async () => {
    await using copy = await openExampleCopy()
    const disk = await openDiskBelow(copy, 2)
    await disk.fill()
    for (const args of [['up'], ['up', '--detach']]) {
      const { code, stderr } = await copy.run(...args)
      expect(stderr).toMatch(/^SUPERVISE_DATA_FOLDER_UNUSABLE: The data folder ".*" cannot be used: the disk is full\./)
      expect(code).toBe(1)
    }
    expect(await copy.processes()).toEqual([])
  },
)

diskTest(
  `a disk that fills while the database is made fails the start, and names the disk${reason}`,
  { timeout: TIMEOUT_MS },
  async () => {
    await using copy = await openExampleCopy()
    await openDiskBelow(copy, 12)
    const { code, stderr } = await copy.run('up')
    expect(stderr).toContain('Service "postgres" did not start')
    expect(stderr).toMatch(/no space|disk is full/i)
    expect(code).toBe(1)
    expect(await copy.processes()).toEqual([])
  },
)

diskTest(
  `a disk that fills while the stack runs costs writes and log lines, and is said; with room it all goes on${reason}`,
  { timeout: TIMEOUT_MS },
  async () => {
    await using copy = await openExampleCopy()
    const disk = await openDiskBelow(copy, 256)
    await using call = copy.begin('up')
    await call.said('hello is up in')
    await using writer = new GuestWriter(copy.address)
    await writer.wrote(10)
    await disk.fill()
    const killed = await copy.processLike(/clock\/server\.mjs/)
    process.kill(killed.pid, 'SIGKILL')
    // The clock is started again although neither its state nor its log can be written.
    await expect
      .poll(async () => (await copy.status()).services.find(({ name }) => name === 'clock'), {
        timeout: 20_000,
        interval: 200,
      })
      .toMatchObject({ state: 'healthy', restarts: 1 })
    expect((await fetch(`${copy.address}/api/clock`)).status).toBe(200)
    expect(call.stdout).toMatch(/could not be written/)
    await disk.free()
    await writer.wrote(10)
    const acknowledged = await writer.stop()
    expect(await listEntryIds(copy)).toEqual(expect.arrayContaining([...acknowledged]))
  },
)
