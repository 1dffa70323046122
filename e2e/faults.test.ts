import { expect, test } from 'vitest'
import { GuestWriter, listEntryIds } from './guest-writer.ts'
import { openExampleCopy, START_MS, type StackCopy } from './stack-copy.ts'

/** How the processes of the example look in the table of processes. */
const PROCESSES = {
  gateway: /packages\/gateway\/main\.ts/,
  clock: /clock\/server\.mjs/,
  modules: /module-host\/main\.ts/,
  postgres: /postgres -D /,
} as const
const ALL_HEALTHY = {
  gateway: 'healthy',
  clock: 'healthy',
  tides: 'healthy',
  guestbook: 'healthy',
  web: 'healthy',
  postgres: 'healthy',
} as const
const TIMEOUT_MS = 120_000

async function allHealthy(copy: StackCopy): Promise<void> {
  await expect.poll(() => copy.states(), { timeout: START_MS, interval: 50 }).toEqual(ALL_HEALTHY)
}

test.for(['gateway', 'clock', 'modules', 'postgres'] as const)(
  'a killed process (%s) is back by itself, and nothing that was acknowledged is lost',
  { timeout: TIMEOUT_MS },
  async (name) => {
    await using copy = await openExampleCopy()
    await copy.up()
    await using writer = new GuestWriter(copy.address)
    await writer.wrote(20)
    const killed = await copy.processLike(PROCESSES[name])
    process.kill(killed.pid, 'SIGKILL')
    await expect.poll(() => copy.states(), { timeout: START_MS, interval: 5 }).not.toEqual(ALL_HEALTHY)
    await allHealthy(copy)
    const back = await copy.processLike(PROCESSES[name])
    expect(back.pid).not.toBe(killed.pid)
    await writer.wrote(20)
    const acknowledged = await writer.stop()
    expect(await listEntryIds(copy)).toEqual(expect.arrayContaining([...acknowledged]))
    const { code, stdout } = await copy.run('down')
    expect(stdout).toContain('is stopped')
    expect(code).toBe(0)
    await copy.isGone()
  },
)

test.for(['gateway', 'clock', 'modules', 'postgres'] as const)(
  'a process (%s) that is killed while it starts fails the start as a whole, and the next one works',
  { timeout: TIMEOUT_MS },
  async (name) => {
    await using copy = await openExampleCopy()
    await using call = copy.begin('up')
    const { pid } = await copy.processLike(PROCESSES[name])
    process.kill(pid, 'SIGKILL')
    const { code, stderr } = await call.ended
    expect(stderr).toMatch(/SUPERVISE_SERVICE_FAILED: Service "[a-z]+" did not start: .*signal SIGKILL/)
    expect(code).toBe(1)
    await copy.isGone()
    await copy.up()
    await allHealthy(copy)
  },
)

test('after kill -9 of the supervisor the next up ends what is left and goes on with all data', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using copy = await openExampleCopy()
  await copy.up()
  await using writer = new GuestWriter(copy.address)
  await writer.wrote(20)
  const left = await copy.processes()
  process.kill(await copy.supervisorPid(), 'SIGKILL')
  const { stdout } = await copy.up()
  expect(stdout).toMatch(/Ended \d+ processes that an earlier run had left behind/)
  const now = (await copy.processes()).map(({ pid }) => pid)
  expect(left.filter(({ pid }) => now.includes(pid))).toEqual([])
  await allHealthy(copy)
  await writer.wrote(20)
  const acknowledged = await writer.stop()
  expect(await listEntryIds(copy)).toEqual(expect.arrayContaining([...acknowledged]))
})

test('after kill -9 of the supervisor down ends what is left and says so', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openExampleCopy()
  await copy.up()
  process.kill(await copy.supervisorPid(), 'SIGKILL')
  const { code, stdout } = await copy.run('down')
  expect(stdout).toMatch(/was not running any more; \d+ processes that it had left were ended/)
  expect(code).toBe(0)
  expect(await copy.processes()).toEqual([])
})

test.for(['initdb', 'modules', 'gateway'] as const)(
  'after kill -9 of a supervisor that has just started %s nothing stays, and the next up works',
  { timeout: TIMEOUT_MS },
  async (name) => {
    await using copy = await openExampleCopy()
    await using call = copy.begin('up')
    await copy.processLike(name === 'initdb' ? /initdb --pgdata/ : PROCESSES[name])
    call.kill('SIGKILL')
    await call.ended
    await copy.up()
    await allHealthy(copy)
    const { code } = await copy.run('down')
    expect(code).toBe(0)
    await copy.isGone() // the supervisor itself, which has let its lock go, may need a moment to exit
  },
)
