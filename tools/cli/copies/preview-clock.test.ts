import { dataFolderOf, prepareDataFolder, writeHeldPorts } from '@portolan/supervise'
import { expect, test } from 'vitest'
import { openFolder } from '../testing.ts'
import { PreviewClock } from './preview-clock.ts'

const LONG_AGO = new Date(Date.now() - 60_000)

async function openPreviewFolder() {
  const { folder, ...world } = await openFolder()
  const data = dataFolderOf(folder, { environment: 'development', shift: 0, preview: 'one' })
  await prepareDataFolder(data)
  const write = (until: Date) =>
    writeHeldPorts(data, { environment: 'development', until: until.toISOString(), ports: [] })
  return { data, write, ...world }
}

test('it fires when the time is over, and says so', async () => {
  await using world = await openPreviewFolder()
  const until = new Date(Date.now() + 150)
  await world.write(until)
  using clock = new PreviewClock(world.data, { name: 'one', until })
  clock.begin()
  expect(clock.ended.aborted).toBe(false)
  await expect.poll(() => clock.ended.aborted).toBe(true)
  expect(Date.now()).toBeGreaterThanOrEqual(until.getTime())
  expect(clock.ended.reason).toContain('The time of preview "one" is over')
})

test('a time that was put off meanwhile is followed', async () => {
  await using world = await openPreviewFolder()
  const until = new Date(Date.now() + 100)
  const later = new Date(Date.now() + 500)
  await world.write(later)
  using clock = new PreviewClock(world.data, { name: 'one', until })
  clock.begin()
  await expect.poll(() => clock.ended.aborted).toBe(true)
  expect(Date.now()).toBeGreaterThanOrEqual(later.getTime())
})

test('what an earlier preview of that name has left ends nothing before the ports are held', async () => {
  await using world = await openPreviewFolder()
  await world.write(LONG_AGO)
  using clock = new PreviewClock(world.data, { name: 'one', until: LONG_AGO })
  expect(clock.ended.aborted).toBe(false)
})
