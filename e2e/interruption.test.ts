import { expect, test } from 'vitest'
import { ANSWERING, SLOW, STUBBORN, stackOf } from './own-programs.ts'
import { openExampleCopy, openOwnStack } from './stack-copy.ts'

const TIMEOUT_MS = 90_000

/** Two signals within half a second count as one: npm passes on what its child has had from the terminal. */
async function anotherTime(): Promise<void> {
  const from = performance.now()
  await expect.poll(() => performance.now() - from, { interval: 50, timeout: 5_000 }).toBeGreaterThan(700)
}

test.for(['clock', 'initdb', 'postgres', 'module-host'] as const)(
  'Ctrl-C while %s starts ends everything, with exit status 130',
  { timeout: TIMEOUT_MS },
  async (name) => {
    await using copy = await openExampleCopy()
    await using call = copy.begin('up')
    await copy.processLike(name === 'postgres' ? /postgres -D / : new RegExp(name))
    call.signalGroup('SIGINT')
    const { code, stdout, stderr } = await call.ended
    expect(stdout).toContain('Stopped while starting; nothing of stack "hello" runs.')
    expect(stderr).toBe('')
    expect(code).toBe(130)
    expect(await copy.processes()).toEqual([])
  },
)

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s stops a stack that runs in the terminal, in order, with exit status 0',
  { timeout: TIMEOUT_MS },
  async (name) => {
    await using copy = await openExampleCopy()
    await using call = copy.begin('up')
    await call.said('hello is up in')
    call.signalGroup(name)
    const { code, stdout, stderr } = await call.ended
    expect(stdout).toMatch(
      /Stopping\.[\s\S]*gateway +stopped[\s\S]*guestbook +stopped[\s\S]*postgres +stopped[\s\S]*Stopped in/,
    )
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(await copy.processes()).toEqual([])
  },
)

test('a second Ctrl-C ends at once what does not want to end', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openOwnStack({
    'portolan.yaml': stackOf({ stubborn: { port: 3101 } }),
    'stubborn.mjs': STUBBORN,
  })
  await using call = copy.begin('up')
  await call.said('own is up in')
  call.signalGroup('SIGINT')
  await expect.poll(() => copy.log('stubborn')).toContain('not yet')
  await anotherTime()
  expect(await copy.processes()).not.toEqual([])
  const askedAt = performance.now()
  call.signalGroup('SIGINT')
  const { code } = await call.ended
  expect(performance.now() - askedAt).toBeLessThan(3_000)
  expect(code).toBe(0)
  expect(await copy.processes()).toEqual([])
})

test('a second Ctrl-C while it starts ends at once what does not want to end', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openOwnStack({
    'portolan.yaml': stackOf({ stubborn: { port: 3101 }, slow: { port: 3102, needs: 'stubborn' } }),
    'stubborn.mjs': STUBBORN,
    'slow.mjs': SLOW,
  })
  await using call = copy.begin('up')
  await copy.processLike(/slow\.mjs/)
  call.signalGroup('SIGINT')
  await expect.poll(() => copy.log('stubborn'), { timeout: 5_000 }).toContain('not yet')
  await anotherTime()
  const askedAt = performance.now()
  call.signalGroup('SIGINT')
  const { code } = await call.ended
  expect(performance.now() - askedAt).toBeLessThan(3_000)
  expect(code).toBe(130)
  expect(await copy.processes()).toEqual([])
})

test('a second up says that the stack is running, and changes nothing', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openOwnStack({
    'portolan.yaml': stackOf({ answering: { port: 3101 } }),
    'answering.mjs': ANSWERING,
  })
  await copy.up()
  const before = await copy.status()
  for (const args of [['up'], ['up', '--detach']]) {
    const { code, stderr } = await copy.run(...args)
    expect(stderr).toMatch(/^SUPERVISE_ALREADY_RUNNING: Stack "own" is already running \(process \d+, since /)
    expect(code).toBe(1)
  }
  expect(await copy.status()).toEqual(before)
})
