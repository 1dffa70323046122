import { expect, test } from 'vitest'
import { openStackWorld, SERVER } from './testing.ts'

const ROUND_LIMIT = { timeout: 15_000, interval: 20 } as const

/** Requests, one after the other, on connections that are kept and on new ones. */
function startAsking(port: number) {
  const answers: string[] = []
  let isOver = false
  const ask = async (init: RequestInit) => {
    while (!isOver) {
      const answer = await fetch(`http://127.0.0.1:${port}/`, init)
      answers.push(`${answer.status} ${await answer.text()}`)
    }
  }
  const asking = [ask({}), ask({}), ask({ headers: { connection: 'close' } })]
  const stop = async () => {
    isOver = true
    await Promise.all(asking)
    return new Set(answers)
  }
  return { stop, count: () => answers.length }
}

test('a development server that is restarted by hand, or dies and comes back, shows no error', async () => {
  await using world = await openStackWorld(`
gateway: { ports: { http: <front> } }
services:
  web: { ${SERVER}, ports: { http: <web> }, routes: [/] }
`)
  const supervisor = await world.start()
  const asking = startAsking(world.port('front'))
  await supervisor.restart('web', { signal: AbortSignal.timeout(20_000) })
  const pid = () => supervisor.status().services.find(({ name }) => name === 'web')?.pid
  const first = pid() ?? 0
  const before = asking.count()
  await expect.poll(asking.count, ROUND_LIMIT).toBeGreaterThan(before + 20)
  process.kill(first, 'SIGKILL')
  await expect.poll(pid, ROUND_LIMIT).not.toBe(first)
  const after = asking.count()
  await expect.poll(asking.count, ROUND_LIMIT).toBeGreaterThan(after + 20)
  expect(await asking.stop()).toEqual(new Set(['200 ok']))
  expect(await world.log('gateway')).toContain('holding requests')
})
