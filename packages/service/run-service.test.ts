import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { startSlow } from './fixtures/slow-process.ts'

test('SIGTERM lets the request under way finish and the process exit with 0', async () => {
  await using slow = startSlow()
  const answer = fetch(`${await slow.origin()}/held`)
  await slow.logged('held')
  slow.child.kill('SIGTERM')
  expect(await (await answer).json()).toEqual({ answer: 'finished' })
  expect(await slow.exited()).toBe(0)
  await slow.logged('stopped')
})

test('a second signal ends the process at once', async () => {
  await using slow = startSlow({ WORKER_COUNT: '2' })
  const answer = fetch(`${await slow.origin()}/held`).catch(() => 'cut')
  await slow.logged('held')
  slow.child.kill('SIGINT')
  await slow.logged('stopping')
  slow.child.kill('SIGTERM')
  expect(await slow.exited()).toBe(128 + 15)
  expect(await answer).toBe('cut')
})

test('a request that outlives the grace is cut and the process still exits with 0', async () => {
  await using slow = startSlow({ WORKER_COUNT: '2', GRACE_MS: '50' })
  const answer = fetch(`${await slow.origin()}/held`).catch(() => 'cut')
  await slow.logged('held')
  slow.child.kill('SIGTERM')
  expect(await answer).toBe('cut')
  expect(await slow.exited()).toBe(0)
})

test('all faults of the environment come at once, by name and without their values', async () => {
  await using slow = startSlow({ PORT: 'eighty', STORE_URL: 'hunter2', WORKER_COUNT: '1.5' })
  expect(await slow.exited()).toBe(1)
  const line = slow.log.at(-1)
  expect(line).toMatchObject({ level: 60, code: 'SERVICE_ENVIRONMENT_INVALID' })
  expect(line?.msg).toBe(
    'The environment has 3 faults: PORT must be integer; STORE_URL must be a url; WORKER_COUNT must be integer. Set what is named here and start the service again.',
  )
  expect(JSON.stringify(slow.log)).not.toMatch(/eighty|hunter2/)
})

test('a port that is taken is named in one clear line', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await using slow = startSlow({ PORT: String(port) })
  expect(await slow.exited()).toBe(1)
  expect(slow.log).toHaveLength(1)
  expect(slow.log[0]).toMatchObject({
    code: 'SERVICE_PORT_TAKEN',
    msg: `Cannot listen on port "${port}" of address "127.0.0.1": another process holds it. Stop that process, or set PORT to a free one.`,
  })
  holder.close()
})

test('a signal during the start abandons it and exits with 0', async () => {
  await using slow = startSlow({ STARTS_NEVER: '1' })
  await slow.logged('starting')
  slow.child.kill('SIGTERM')
  expect(await slow.exited()).toBe(0)
})

test('what is thrown where nobody catches is logged and ends the process with 1', async () => {
  await using slow = startSlow()
  await fetch(`${await slow.origin()}/throw`).catch(() => undefined)
  expect(await slow.exited()).toBe(1)
  expect(slow.log.at(-1)).toMatchObject({ level: 60, msg: 'thrown where nobody catches' })
})

test('a process whose parent disconnects its channel closes and exits', async () => {
  await using slow = startSlow({}, ['ignore', 'pipe', 'inherit', 'ipc'])
  await slow.origin()
  slow.child.disconnect()
  expect(await slow.exited()).toBe(0)
})

test('a process whose stdout nobody reads any more closes quietly', async () => {
  await using slow = startSlow()
  const origin = await slow.origin()
  slow.child.stdout?.destroy()
  await fetch(`${origin}/let-go`)
  expect(await slow.exited()).toBe(0)
})
