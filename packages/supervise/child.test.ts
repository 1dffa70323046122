import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listProcessGroup } from '@portolan/observe'
import { expect, test } from 'vitest'
import { Child, type ChildPlan } from './child.ts'
import { LogFile } from './log-file.ts'

const SECOND = () => ({ signal: AbortSignal.timeout(1_000) })
const NOW = { signal: AbortSignal.abort() }

test('a program that ends at once is seen to have ended', async () => {
  await using place = await openPlace()
  for (let count = 0; count < 20; count += 1) {
    const child = await place.start({ command: 'true' })
    expect(await child.ended).toBe('it ended with exit status 0')
  }
})

test('how it ended is said in words, and its last words are kept', async () => {
  await using place = await openPlace()
  const child = await place.start({ command: 'sh', args: ['-c', 'echo last; echo words >&2; exit 7'] })
  expect(await child.ended).toBe('it ended with exit status 7')
  expect(place.log.tail.toSorted()).toEqual(['last', 'words'])
  const killed = await place.start({ command: 'sh', args: ['-c', 'kill -9 $$'] })
  expect(await killed.ended).toBe('it ended with signal SIGKILL')
})

test.for([
  { what: 'a program that is not installed', code: 'SUPERVISE_PROGRAM_MISSING', plan: { command: 'no-such-program' } },
  { what: 'a program at a path that is not there', code: 'SUPERVISE_PROGRAM_MISSING', plan: { command: '/no/such' } },
  { what: 'a folder that is missing', code: 'SUPERVISE_FOLDER_MISSING', plan: { command: 'true', folder: '/no/such' } },
  { what: 'a file that may not be run', code: 'SUPERVISE_PROGRAM_UNUSABLE', plan: { command: '/etc/passwd' } },
])('$what is named as that', async ({ code, plan }) => {
  await using place = await openPlace()
  await expect(place.start(plan)).rejects.toMatchObject({ code })
})

test('a grandchild is ended with it', async () => {
  await using place = await openPlace()
  const child = await place.start({ command: 'sh', args: ['-c', 'sleep 1000 & sleep 1000 & wait'] })
  await expect.poll(async () => (await listProcessGroup(child.pid)).length).toBe(3)
  await child.stop(SECOND())
  expect(await listProcessGroup(child.pid)).toEqual([])
})

test('what ignores the request to end is killed when the signal fires', async () => {
  await using place = await openPlace()
  const code = 'trap "echo no" TERM; echo ready; while :; do sleep 0.05; done'
  const child = await place.start({ command: 'sh', args: ['-c', code] })
  await expect.poll(() => place.log.tail).toContain('ready')
  await child.stop({ signal: AbortSignal.timeout(300) })
  expect(await child.ended).toBe('it ended with signal SIGKILL')
  expect(place.log.tail).toContain('no')
})

test('a second stop that hurries ends a patient one', async () => {
  await using place = await openPlace()
  const child = await place.start({
    command: 'sh',
    args: ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'],
  })
  await expect.poll(() => place.log.tail).toContain('ready')
  const patient = child.stop({ signal: AbortSignal.timeout(60_000) })
  await Promise.all([child.stop(NOW), patient])
  expect(await child.ended).toBe('it ended with signal SIGKILL')
})

test('one that has ended can be stopped', async () => {
  await using place = await openPlace()
  const child = await place.start({ command: 'true' })
  await child.ended
  await child.stop(SECOND())
})

test('a process that left the group and keeps the output open holds nothing up', async () => {
  await using place = await openPlace()
  const pidFile = join(place.folder, 'pid')
  const child = await place.start({
    command: 'setsid',
    args: ['-f', 'sh', '-c', `echo $$ > ${pidFile}; exec sleep 1000`],
  })
  await expect(child.ended).resolves.toBe('it ended with exit status 0')
  await child.stop(SECOND())
  expect(child.channel.stdout?.destroyed).toBe(true)
  await expect.poll(async () => Number(await readFile(pidFile, 'utf8').catch(() => '0'))).toBeGreaterThan(0)
  process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL')
})

async function openPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-child-'))
  await writeFile(join(folder, 'plain'), '')
  const log = new LogFile(folder, 'child')
  const children: Child[] = []
  return {
    folder,
    log,
    async start(plan: Partial<ChildPlan> & { readonly command: string }) {
      const child = await Child.start({ args: [], folder, environment: { PATH: process.env.PATH }, ...plan }, log)
      children.push(child)
      return child
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map((child) => child.stop(NOW)))
      await log.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
