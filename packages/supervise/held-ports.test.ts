import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { dataFolderOf, prepareDataFolder } from './data-folder.ts'
import { readHeldPorts, removeHeldPorts, writeHeldPorts } from './held-ports.ts'

const HELD = {
  environment: 'development',
  until: '2026-03-02T09:00:00.000Z',
  ports: [
    {
      key: 'web.http',
      project: 'shop',
      environment: 'preview',
      kind: 'app',
      purpose: 'web.http/0123456789ab',
      host: 'seoul-1',
      transport: 'tcp',
      first: 5000,
      portCount: 2,
    },
  ],
} as const

async function openData(preview?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-held-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const data = dataFolderOf(folder, { environment: 'development', shift: 0, preview })
  await prepareDataFolder(data)
  return data
}

test('what a copy was given is read back, by nobody else, until it is given back', async () => {
  const data = await openData()
  expect(await readHeldPorts(data)).toBeUndefined()
  await writeHeldPorts(data, { ...HELD, ports: [...HELD.ports] })
  expect(await readHeldPorts(data)).toEqual(HELD)
  expect((await stat(data.portsFile)).mode & 0o077).toBe(0)
  await removeHeldPorts(data)
  await removeHeldPorts(data)
  expect(await readHeldPorts(data)).toBeUndefined()
})

test('a file that was cut off, or is another one, is as none', async () => {
  const data = await openData()
  for (const text of ['{"environment": "dev', '[]', '{"environment":"a","ports":[{"key":"web.http"}]}']) {
    await writeFile(data.portsFile, text)
    expect(await readHeldPorts(data)).toBeUndefined()
  }
})

test('a preview has a folder of its own, whatever its environment and shift', () => {
  const roots = ['development', 'staging'].map(
    (environment) => dataFolderOf('/team/shop', { environment, shift: 100, preview: 'one' }).root,
  )
  expect(roots).toEqual(['/team/shop/.portolan/preview-one', '/team/shop/.portolan/preview-one'])
})
