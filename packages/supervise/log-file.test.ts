import { mkdtemp, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogFile, type LogFileOptions, logFilePath } from './log-file.ts'

test('files take turns, and only so many are kept', async () => {
  await using logs = await openLogs({ maxBytes: 100, keptCount: 2 })
  for (let count = 1; count <= 12; count += 1) await logs.file.write('out', [`line ${count}`])
  await logs.file.close()
  expect((await readdir(logs.folder)).toSorted()).toEqual(['web.1.log', 'web.2.log', 'web.log'])
  const texts = await Promise.all([2, 1, 0].map((age) => readFile(logFilePath(logs.folder, 'web', age), 'utf8')))
  const numbers = [...texts.join('').matchAll(/line (\d+)/g)].map(([, count]) => Number(count))
  expect(numbers).toEqual(numbers.map((_, index) => 12 - numbers.length + 1 + index))
  expect(numbers.length).toBeGreaterThan(5)
})

test('a character that is cut between two chunks stays whole', async () => {
  await using logs = await openLogs()
  const bytes = Buffer.from('보드가 열렸습니다 ⚓\n')
  await logs.file.follow(chunks(...[...bytes].map((byte) => Buffer.from([byte]))), 'out')
  expect(await logs.texts()).toEqual(['out 보드가 열렸습니다 ⚓'])
})

test('returns before the end of a line go, others stay, and the last line needs no end', async () => {
  await using logs = await openLogs()
  await logs.file.follow(chunks(Buffer.from('one\r\ntwo\rthree\n\nlast')), 'err')
  expect(await logs.texts()).toEqual(['err one', 'err two\rthree', 'err ', 'err last'])
})

test('a line that never ends is written in pieces', async () => {
  await using logs = await openLogs()
  const piece = Buffer.alloc(40_000, 'x')
  await logs.file.follow(chunks(piece, piece, piece, piece), 'out')
  const texts = await logs.texts()
  expect(texts.map((text) => text.length)).toEqual([80_004, 80_004])
})

test('a text of several lines is several lines', async () => {
  await using logs = await openLogs()
  await logs.file.write('sys', ['did not start:\nsecond\n  third'])
  expect(await logs.texts()).toEqual(['sys did not start:', 'sys second', 'sys   third'])
})

test('a line that goes somewhere else is not written here', async () => {
  await using logs = await openLogs()
  const taken: string[] = []
  await logs.file.follow(chunks(Buffer.from('mine\nyours\n')), 'out', (line) =>
    line === 'yours' ? Promise.resolve(taken.push(line)).then(() => undefined) : undefined,
  )
  expect([await logs.texts(), taken]).toEqual([['out mine'], ['yours']])
})

test('the tail has the last lines of this run, without ours', async () => {
  await using logs = await openLogs()
  await logs.file.write('out', ['of the run before'])
  logs.file.beginRun()
  await logs.file.write('sys', ['restarted'])
  await logs.file.write(
    'out',
    Array.from({ length: 30 }, (_, index) => `line ${index}`),
  )
  expect(logs.file.tail).toHaveLength(20)
  expect(logs.file.tail.at(-1)).toBe('line 29')
  logs.file.beginRun()
  expect(logs.file.tail).toEqual([])
})

test('a full disk costs lines, never the writer; the loss is noted when there is room again', async () => {
  await using logs = await openLogs()
  await symlink('/dev/full', logs.file.path)
  await logs.file.write('out', ['one', 'two'])
  await logs.file.write('err', ['three'])
  expect(logs.file.lostCount).toBe(3)
  expect(logs.file.tail).toEqual(['one', 'two', 'three'])
  await rm(logs.file.path)
  await logs.file.write('out', ['four'])
  expect(logs.file.lostCount).toBe(0)
  expect(await logs.texts()).toEqual(['sys 3 lines were lost: the log could not be written', 'out four'])
})

test('a folder that has gone costs lines as well', async () => {
  await using logs = await openLogs()
  await rm(logs.folder, { recursive: true })
  await logs.file.write('out', ['one'])
  expect(logs.file.lostCount).toBe(1)
  await logs.file.close()
})

test('what comes after the close is written, and leaves nothing open', async () => {
  await using logs = await openLogs()
  await logs.file.write('out', ['one'])
  await logs.file.close()
  await logs.file.write('out', ['of a process left behind'])
  expect(await logs.texts()).toEqual(['out one', 'out of a process left behind'])
  expect(await openFilesIn(logs.folder)).toEqual([])
})

async function openLogs(options: LogFileOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-log-'))
  const file = new LogFile(folder, 'web', options)
  return {
    folder,
    file,
    /** The lines without their times. */
    async texts() {
      const text = await readFile(file.path, 'utf8')
      const lines = text.split('\n').filter((line) => line !== '')
      return lines.map((line) => line.slice(25))
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function* chunks(...buffers: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  yield* buffers
}

async function openFilesIn(folder: string): Promise<readonly string[]> {
  const descriptors = await readdir('/proc/self/fd')
  const targets = await Promise.all(descriptors.map((one) => readlink(`/proc/self/fd/${one}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(folder))
}
