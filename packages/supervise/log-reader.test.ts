import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogFile, logFilePath } from './log-file.ts'
import type { LogLine } from './log-line.ts'
import { followLogs, type ReadLogsOptions, readLogs } from './log-reader.ts'

const LIMIT_MS = 10_000

test('lines of several services come in the order of time, also across files', async () => {
  await using logs = await openLogs()
  await logs.put('web', 1, [1, 'web starts'], [3, 'web works'])
  await logs.put('web', 0, [6, 'web asks'])
  await logs.put('board', 0, [2, 'board starts'], [5, 'board works'])
  expect(await logs.read()).toEqual(['web starts', 'board starts', 'web works', 'board works', 'web asks'])
})

test('only what is newer, and only so many of the last', async () => {
  await using logs = await openLogs()
  await logs.put('web', 1, [1, 'one'], [2, 'two'])
  await logs.put('web', 0, [3, 'three'], [5, 'five'])
  await logs.put('board', 0, [4, 'four'])
  expect(await logs.read({ since: at(2) })).toEqual(['two', 'three', 'four', 'five'])
  expect(await logs.read({ lastCount: 2 })).toEqual(['four', 'five'])
  expect(await logs.read({ lastCount: 4 })).toEqual(['two', 'three', 'four', 'five'])
  expect(await logs.read({ lastCount: 0 })).toEqual([])
  expect(await logs.read({ since: at(6) })).toEqual([])
})

test('what a full disk cut off is left out; a return or a line separator within a line is not', async () => {
  await using logs = await openLogs()
  const whole = `${at(1).toISOString()} out 10%\r20%\u2028end\n`
  await writeFile(logFilePath(logs.folder, 'web'), `half a line\n\n${whole}${at(2).toISOString()} out unfinish`)
  expect(await logs.read()).toEqual(['10%\r20%\u2028end'])
})

test('a service that never ran has no lines', async () => {
  await using logs = await openLogs()
  expect(await logs.read()).toEqual([])
})

test('who follows gets the past and then each new line once, until the signal', async () => {
  await using logs = await openLogs()
  await using follower = logs.follow({ lastCount: 1 })
  await logs.put('web', 0, [1, 'old'], [2, 'last'])
  await follower.has('last')
  await logs.put('board', 0, [3, 'a service that had no log yet'])
  await follower.has('a service that had no log yet')
  await logs.put('web', 0, [4, 'new'])
  await follower.has('new')
  expect(follower.texts.slice(-3)).toEqual(['last', 'a service that had no log yet', 'new'])
  await follower.end()
  await logs.put('web', 0, [5, 'nobody listens'])
  expect(follower.texts).not.toContain('nobody listens')
})

test('no line gets lost or comes twice while the files take turns, again and again', async () => {
  await using logs = await openLogs()
  await using file = logs.writer('web', { maxBytes: 2_000, keptCount: 9 })
  await using follower = logs.follow({})
  const written = Array.from({ length: 300 }, (_, index) => `line ${index}`)
  for (const text of written) await file.log.write('out', [text])
  await follower.has('line 299')
  expect(follower.texts).toEqual(written)
})

test('very many lines are no trouble', async () => {
  await using logs = await openLogs()
  const line = `${at(1).toISOString()} out x\n`
  await writeFile(logFilePath(logs.folder, 'web'), line.repeat(200_000))
  expect(await logs.read()).toHaveLength(200_000)
})

test('a very long line comes whole', async () => {
  await using logs = await openLogs()
  const long = '길'.repeat(100_000)
  await logs.put('web', 0, [1, 'before'], [2, long], [3, 'after'])
  expect(await logs.read()).toEqual(['before', long, 'after'])
})

test('a log that somebody empties is followed from its new beginning', async () => {
  await using logs = await openLogs()
  await logs.put('web', 0, [1, 'a first line that is rather long'])
  await using follower = logs.follow({})
  await follower.has('a first line that is rather long')
  await truncate(logFilePath(logs.folder, 'web'))
  await logs.put('web', 0, [2, 'new'])
  await follower.has('new')
})

test('following for long piles nothing up at the signal', async () => {
  await using logs = await openLogs()
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  await using follower = logs.follow({})
  for (let count = 1; count <= 40; count += 1) {
    await logs.put('web', 0, [count, `line ${count}`])
    await follower.has(`line ${count}`)
  }
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})

function at(second: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second))
}

async function openLogs() {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-log-'))
  const services = ['web', 'board']
  return {
    folder,
    async put(service: string, age: number, ...lines: readonly (readonly [number, string])[]) {
      const text = lines.map(([second, line]) => `${at(second).toISOString()} out ${line}\n`).join('')
      await appendFile(logFilePath(folder, service, age), text)
    },
    async read(options: Omit<ReadLogsOptions, 'services'> = {}): Promise<readonly string[]> {
      return (await readLogs(folder, { services, ...options })).map(({ text }) => text)
    },
    writer(service: string, options: { readonly maxBytes: number; readonly keptCount: number }) {
      const log = new LogFile(folder, service, options)
      return { log, [Symbol.asyncDispose]: () => log.close() }
    },
    follow(options: Omit<ReadLogsOptions, 'services'>) {
      const told = new AbortController()
      const texts: string[] = []
      const reading = collect(followLogs(folder, { services, ...options }, { signal: told.signal }), texts)
      const end = () => {
        told.abort()
        return reading
      }
      const has = (text: string) => expect.poll(() => texts.includes(text), { timeout: LIMIT_MS }).toBe(true)
      return { texts, has, end, [Symbol.asyncDispose]: end }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

async function collect(lines: AsyncIterable<LogLine>, texts: string[]): Promise<void> {
  for await (const { text } of lines) texts.push(text)
}
