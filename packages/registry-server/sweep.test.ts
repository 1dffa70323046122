import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { openTestRegistryServer } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const NEED = { project: 'worb', environment: 'production' } as const

test('what was leased and forgotten goes back, and what is held stays', async () => {
  const clock = { now: new Date('2026-03-02T09:00:00Z') }
  await using world = await openTestRegistryServer(server, { now: () => clock.now, settings: { sweepEveryMs: 10 } })
  await world.call('port_allocate', { project: 'preview-7', environment: 'preview', leaseMs: 1_000 })
  await world.call('port_allocate', NEED)
  clock.now = new Date('2026-03-02T09:00:02Z')
  const live = async () => (await world.call('port_list', {})).claims.map(({ project }) => project)
  await expect.poll(live).toEqual(['worb'])
  const { events } = await world.call('port_history', { project: 'preview-7' })
  expect(events[0]).toMatchObject({ type: 'expired', actor: 'sweep' })
})

test.runIf(process.platform === 'linux')('a grace that is over ends where nothing listens', async () => {
  const clock = { now: new Date('2026-03-02T09:00:00Z') }
  const hosts = [{ draft: { name: 'local' }, kernel: true, ssh: undefined, engines: [] }]
  const settings = { sweepEveryMs: 10, hosts }
  await using world = await openTestRegistryServer(server, { now: () => clock.now, settings })
  await world.call('port_allocate', NEED)
  await world.call('slot_deploy', { ...NEED, version: '1' })
  await world.call('slot_promote', NEED)
  await world.call('slot_retire', { ...NEED, graceMs: 1_000 })
  clock.now = new Date('2026-03-02T09:00:02Z')
  await expect.poll(async () => (await world.call('slot_list', {})).slots[0]?.blue.state).toBe('empty')
  const { events } = await world.call('port_history', {})
  expect(events[0]).toMatchObject({ type: 'slots-changed', actor: 'sweep', reason: 'its grace is over' })
})

test('a sweep that fails is followed by the next one', async () => {
  await using ownServer = await openTestPostgres()
  const clock = { now: new Date('2026-03-02T09:00:00Z') }
  const settings = { sweepEveryMs: 10 }
  await using world = await openTestRegistryServer(ownServer, { now: () => clock.now, settings })
  await world.call('port_allocate', { ...NEED, leaseMs: 1_000 })
  await ownServer.stop('SIGKILL')
  await expect.poll(async () => (await world.post('/api/port/list', {})).status).toBe(503)
  clock.now = new Date('2026-03-02T09:00:02Z')
  await ownServer.start()
  await expect.poll(async () => (await world.post('/api/port/list', {})).body).toMatchObject({ claims: [] })
})
