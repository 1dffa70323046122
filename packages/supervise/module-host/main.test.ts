import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { moduleSaying, openStackWorld, PROGRAMS, type StackWorld } from '../testing.ts'
import { type HostAnswer, parseHostAnswer, parseHostRequest } from './messages.ts'

const YAML = 'services: { one: { run: { module: one.ts }, ports: { http: <one> } } }'
const POLL = { timeout: 15_000, interval: 20 }

test('it starts and stops what it is asked to, and answers each request', async () => {
  await using world = await openStackWorld(YAML, { 'one.ts': moduleSaying('first') })
  await using host = startHost()
  host.start(world, 1)
  await expect.poll(() => host.answers, POLL).toEqual([{ type: 'done', id: 1 }])
  expect(await world.ask('one')).toBe('first')
  host.child.send({ type: 'stop', id: 2, service: 'one', graceMs: 1_000 })
  await expect.poll(() => host.answers.at(-1), POLL).toEqual({ type: 'done', id: 2 })
  expect(await world.ask('one')).toBeUndefined()
  host.child.send({ type: 'stop', id: 3, service: 'one', graceMs: 1_000 })
  await expect.poll(() => host.answers.at(-1), POLL).toEqual({ type: 'done', id: 3 })
})

test('when the supervisor is gone it ends by itself', async () => {
  await using world = await openStackWorld(YAML, { 'one.ts': moduleSaying('first') })
  await using host = startHost()
  host.start(world, 1)
  await expect.poll(() => host.answers, POLL).toHaveLength(1)
  host.child.disconnect()
  expect(await host.exit).toEqual([0, null])
  expect(await world.ask('one')).toBeUndefined()
})

test('when the supervisor goes while it is still being loaded it ends as well', async () => {
  await using host = startHost()
  host.child.disconnect()
  expect(await host.exit).toEqual([0, null])
})

test('a request that it does not understand is left alone', async () => {
  await using host = startHost()
  host.child.send({ type: 'explode', id: 1 })
  host.child.send({ type: 'stop', id: 2, service: 'nobody', graceMs: 0 })
  await expect.poll(() => host.answers, POLL).toEqual([{ type: 'done', id: 2 }])
})

test.for([null, 1, {}, { type: 'start', id: 1 }, { type: 'done', id: 'one' }])('%j is no message', (message) => {
  expect([parseHostRequest(message), parseHostAnswer(message)]).toEqual([undefined, undefined])
})

function startHost() {
  const child: ChildProcess = spawn(process.execPath, [PROGRAMS.moduleHost], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exit = once(child, 'exit')
  const answers: HostAnswer[] = []
  child.on('message', (message) => {
    const answer = parseHostAnswer(message)
    if (answer !== undefined) answers.push(answer)
  })
  return {
    child,
    exit,
    answers,
    start(world: StackWorld, id: number) {
      const environment = { PORT: String(world.port('one')) }
      child.send({ type: 'start', id, service: 'one', module: join(world.folder, 'one.ts'), environment })
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exit
    },
  }
}
