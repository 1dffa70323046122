import { expect, test } from 'vitest'
import { openStackWorld, SERVER } from './testing.ts'

test('a gateway that is restarted by hand refuses nobody meanwhile, and keeps its process', async () => {
  await using world = await openStackWorld(`
gateway: { ports: { http: <front> } }
services:
  web: { ${SERVER}, ports: { http: <web> }, routes: [/] }
`)
  const supervisor = await world.start()
  const pid = () => supervisor.status().services.find(({ name }) => name === 'gateway')?.pid
  const before = pid()
  const statuses: number[] = []
  let isOver = false
  const asking = (async () => {
    // A connection of its own for each: those are the ones that a closed listener would refuse.
    while (!isOver)
      statuses.push(
        (await fetch(`http://127.0.0.1:${world.port('front')}/`, { headers: { connection: 'close' } })).status,
      )
  })()
  for (let round = 0; round < 3; round += 1)
    await supervisor.restart('gateway', { signal: AbortSignal.timeout(20_000) })
  isOver = true
  await asking
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(statuses.length).toBeGreaterThan(20)
  expect(pid()).toBe(before)
  expect(await world.log('gateway')).toContain('sys a new copy has taken its place')
})
