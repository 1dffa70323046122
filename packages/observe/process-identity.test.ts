import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { parseProcessStat } from './proc-process-table.ts'
import { describeProcess, identifyProcess, isRunning, listProcessGroup } from './process-identity.ts'
import type { ProcessTableOptions } from './process-table.ts'
import { parsePsOutput } from './ps-process-table.ts'
import { openTestFolder, startChild, startNode, type TestFolder } from './testing-programs.ts'

const READY = `console.log('ready'); setInterval(() => {}, 1_000)`

// The way of macOS is run against this system's ps as well, where there is one.
const SYSTEMS: readonly ProcessTableOptions[] = [{}, ...(existsSync('/bin/ps') ? [{ platform: 'darwin' }] : [])]

function statOf(pid: number, startTicks: number, state = 'S'): string {
  return `${pid} (x) ${state} 1 ${pid} ${'0 '.repeat(16)}${startTicks} 0 0\n`
}

async function writeProcess(proc: TestFolder, pid: number, startTicks: number): Promise<void> {
  await proc.write({ [`${pid}/stat`]: statOf(pid, startTicks), 'sys/kernel/random/boot_id': 'first-boot\n' })
}

test.for(SYSTEMS)('a process runs until it is killed (%j)', async (options) => {
  await using child = await startNode(READY)
  const identity = await identifyProcess(child.pid, options)
  expect(identity).toMatchObject({ pid: child.pid, startTicks: expect.any(Number) })
  if (identity === undefined) return
  expect(await isRunning(identity, options)).toBe(true)
  expect(await isRunning({ ...identity, startTicks: identity.startTicks - 1 }, options)).toBe(false)
  expect(await identifyProcess(child.pid, options)).toEqual(identity)
  await child.kill()
  expect(await isRunning(identity, options)).toBe(false)
  expect(await identifyProcess(child.pid, options)).toBeUndefined()
})

test('a pid that was given to another process is not the same process', async () => {
  await using proc = await openTestFolder()
  await writeProcess(proc, 4711, 100)
  const identity = await identifyProcess(4711, { procRoot: proc.root })
  expect(identity).toEqual({ pid: 4711, startTicks: 100, bootId: 'first-boot' })
  await writeProcess(proc, 4711, 101)
  expect(identity && (await isRunning(identity, { procRoot: proc.root }))).toBe(false)
})

test('the same pid and ticks after another boot are not the same process', async () => {
  await using proc = await openTestFolder()
  await writeProcess(proc, 4711, 100)
  const identity = await identifyProcess(4711, { procRoot: proc.root })
  await proc.write({ 'sys/kernel/random/boot_id': 'second-boot\n' })
  expect(identity && (await isRunning(identity, { procRoot: proc.root }))).toBe(false)
  expect(await isRunning({ pid: 4711, startTicks: 100 }, { procRoot: proc.root })).toBe(true)
})

test.for(SYSTEMS)('a zombie does not run and is not in its group (%j)', async (options) => {
  // What the shell becomes does not know of the shell's child, so it never asks for its status.
  const script = 'sleep 60 & echo $!; exec sleep 60'
  await using parent = await startChild('/bin/sh', ['-c', script], { detached: true })
  const pid = Number(parent.firstLine)
  await expect.poll(() => describeProcess(parent.pid, options)).toMatchObject({ command: 'sleep' })
  const identity = await identifyProcess(pid, options)
  process.kill(pid, 'SIGKILL')
  await expect
    .poll(async () => (await listProcessGroup(parent.pid, options)).map((member) => member.pid))
    .toEqual([parent.pid])
  expect(identity && (await isRunning(identity, options))).toBe(false)
  expect(await identifyProcess(pid, options)).toEqual(identity) // it is there still, as a zombie
})

test.for(SYSTEMS)('a group is listed while any of it runs, without its leader too (%j)', async (options) => {
  const spawnOther = `
    const other = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    console.log(other.pid)`
  await using leader = await startNode(spawnOther, { detached: true })
  const other = Number(leader.firstLine)
  try {
    const pids = (await listProcessGroup(leader.pid, options)).map(({ pid }) => pid)
    expect(pids).toEqual([leader.pid, other].toSorted((a, b) => a - b))
    await leader.kill()
    expect((await listProcessGroup(leader.pid, options)).map(({ pid }) => pid)).toEqual([other])
  } finally {
    process.kill(other, 'SIGKILL')
  }
  await expect.poll(() => listProcessGroup(leader.pid, options)).toEqual([])
})

test.for(SYSTEMS)('a process is described by program, user and start (%j)', async (options) => {
  await using child = await startChild('/bin/sh', ['-c', 'echo ready; exec sleep 60'])
  await expect
    .poll(() => describeProcess(child.pid, options))
    .toEqual({ pid: child.pid, command: 'sleep', user: userInfo().username, startedAt: expect.any(Date) })
  const startedAt = (await describeProcess(child.pid, options))?.startedAt.getTime() ?? 0
  expect(Math.abs(Date.now() - startedAt)).toBeLessThan(10_000)
  await child.kill()
  expect(await describeProcess(child.pid, options)).toBeUndefined()
})

test('a Node process is called node, not by the name of its thread', async () => {
  await using child = await startNode(READY)
  expect(await describeProcess(child.pid)).toMatchObject({ command: expect.stringMatching(/^node/) })
})

test.for(SYSTEMS)('a process whose name imitates its own entry is read all the same (%j)', async (options) => {
  await using child = await startNode(`process.title = 'a) Z 1 (1\\n2'; ${READY}`)
  const identity = await identifyProcess(child.pid, options)
  expect(identity).toMatchObject({ pid: child.pid })
  expect(identity && (await isRunning(identity, options))).toBe(true)
  const command = (await describeProcess(child.pid, options))?.command ?? ''
  expect(command).toContain('a) Z 1 (1')
  expect(command).not.toContain('\n')
})

test.for(['', '1', '1 (x)', '1 (x) S 1', ') S 1 1 (', statOf(1, 1).replace(' S ', ' 5 ')])(
  '%j is no entry of a process',
  (text) => {
    expect(() => parseProcessStat(1, text)).toThrow(expect.objectContaining({ code: 'OBSERVE_TABLE_MALFORMED' }))
  },
)

test('a process that is being taken down has group -1', () => {
  expect(parseProcessStat(7, statOf(7, 100, 'X').replace('X 1 7', 'X 0 -1'))).toMatchObject({
    pgid: -1,
    isAlive: false,
  })
})

test("macOS's ps is read by its columns, with paths and spaces in the program", () => {
  const text = [
    '  501   501 Ss   Fri Nov  7 09:01:00 2025     alice            /Applications/My App.app/Contents/MacOS/My App',
    '  502   501 Z    Fri Nov  7 09:01:01 2025     _www             (httpd)',
    'ps: a warning',
    '',
  ].join('\n')
  const startedAt = new Date('2025-11-07T09:01:00Z')
  const startTicks = startedAt.getTime() / 1_000
  expect(parsePsOutput(text)).toEqual([
    { pid: 501, pgid: 501, startTicks, startedAt, user: 'alice', command: 'My App', isAlive: true },
    expect.objectContaining({ pid: 502, pgid: 501, isAlive: false }),
  ])
})

test('another system is refused by name', async () => {
  await expect(identifyProcess(1, { platform: 'win32' })).rejects.toMatchObject({
    code: 'OBSERVE_PLATFORM_UNSUPPORTED',
    details: { platform: 'win32' },
  })
})
